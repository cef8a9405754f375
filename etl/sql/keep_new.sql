-- Leaves of `incoming` the events that this transaction adds to the warehouse: those of claimed
-- objects ($1: whether each object is) that are not known yet. The first load of an event wins.
-- Answers with the ids of the others.
--
-- Asking first and inserting plainly costs much less than `on conflict`; whoever else inserts the
-- same id meanwhile makes the insert fail as a unique violation, and the chunk is loaded again.
-- `offset 0` keeps the question a look into the index for each row, however large the table,
-- because the planner knows nothing of `incoming`.
delete from pg_temp.incoming i
 where not ($1::boolean[])[i.object_no + 1]
    or exists (select from public.clickstream_events e where e.event_id = i.event_id offset 0)
returning i.event_id
