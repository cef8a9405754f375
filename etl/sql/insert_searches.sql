-- What was searched for ($1: an array of rows).
insert into context.searches (event_id, query, results)
select s.event_id, s.query, s.results
  from jsonb_to_recordset($1::jsonb) as s (event_id uuid, query text, results integer)
    on conflict do nothing
