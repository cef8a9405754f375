-- Leaves of `incoming` the events that are not excluded already. Answers with the ids of the others.
delete from pg_temp.incoming i
 where exists (select from etl.excluded_events x where x.event_id = i.event_id offset 0)
returning i.event_id
