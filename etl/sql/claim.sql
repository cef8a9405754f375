-- Enters objects in the ledger and answers with those that were not there: the
-- ones that this transaction loads.
-- $1 run; then, one element for each object: $2 key, $3 size, $4 last modified,
-- $5 inserted (if no row is known already), $6 duplicates, $7 rejected.
insert into etl.ledger
       (object_key, run_id, size_bytes, last_modified, events, inserted, duplicates, rejected)
select o.object_key, $1, o.size_bytes, o.last_modified,
       o.inserted + o.duplicates + o.rejected, o.inserted, o.duplicates, o.rejected
  from unnest($2::text[], $3::bigint[], $4::timestamptz[], $5::integer[], $6::integer[], $7::integer[])
       as o (object_key, size_bytes, last_modified, inserted, duplicates, rejected)
    on conflict (object_key) do nothing
returning object_key
