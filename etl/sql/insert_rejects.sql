-- Keeps what could not be loaded, with the reason.
-- $1 run; one element for each: $2 key, $3 index, $4 reason, $5 excerpt.
insert into etl.rejects (run_id, object_key, event_index, reason, excerpt)
select $1, r.object_key, r.event_index, r.reason, r.excerpt
  from unnest($2::text[], $3::integer[], $4::text[], $5::text[])
       as r (object_key, event_index, reason, excerpt)
