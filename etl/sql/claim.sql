-- Enters objects in the ledger and answers with those that this transaction loads: the ones that
-- were not there, and the ones that were stored again since. Of these `inserted` is what their
-- other versions brought, and `loads` is more than 1. What is entered waits no longer.
-- $1 run; then, one element for each object: $2 key, $3 size, $4 last modified, $5 ETag,
-- $6 inserted (if no row is known already), $7 duplicates, $8 rejected.
with waited as (
    delete from etl.waiting where object_key = any ($2::text[])
)
insert into etl.ledger as l
       (object_key, run_id, size_bytes, last_modified, etag, events, inserted, duplicates, rejected)
select o.object_key, $1, o.size_bytes, o.last_modified, o.etag,
       o.inserted + o.duplicates + o.rejected, o.inserted, o.duplicates, o.rejected
  from unnest($2::text[], $3::bigint[], $4::timestamptz[], $5::text[], $6::integer[], $7::integer[], $8::integer[])
       as o (object_key, size_bytes, last_modified, etag, inserted, duplicates, rejected)
    on conflict (object_key) do update
       set size_bytes = excluded.size_bytes,
           last_modified = excluded.last_modified,
           etag = excluded.etag,
           loads = l.loads + 1,
           reloaded_at = now()
     -- Another version, as in find_new.sql.
     where l.size_bytes <> excluded.size_bytes
        or coalesce(l.etag <> excluded.etag, l.last_modified < excluded.last_modified)
returning object_key, inserted, loads
