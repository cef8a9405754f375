-- Leaves of `incoming` the events that the warehouse has, of the objects that are asked for ($1:
-- whether each is). Answers with the ids of the others.
delete from pg_temp.incoming i
 where not ($1::boolean[])[i.object_no + 1]
    or not exists (select from public.clickstream_events e where e.event_id = i.event_id offset 0)
returning i.event_id
