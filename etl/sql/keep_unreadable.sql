-- Lets objects wait that could not be read in this run ($1); answers with how often that was so by now.
-- $2: whether it counts, which it does not when nothing could be read.
-- One element for each object: $3 key, $4 size, $5 last modified, $6 ETag, $7 reason.
insert into etl.waiting as w (object_key, size_bytes, last_modified, etag, reason, failures, run_id)
select o.object_key, o.size_bytes, o.last_modified, o.etag, o.reason, $2::boolean::integer, $1
  from unnest($3::text[], $4::bigint[], $5::timestamptz[], $6::text[], $7::text[])
       as o (object_key, size_bytes, last_modified, etag, reason)
    on conflict (object_key) do update
       set size_bytes = excluded.size_bytes,
           last_modified = excluded.last_modified,
           etag = excluded.etag,
           network = null,
           reason = excluded.reason,
           failures = w.failures + excluded.failures,
           run_id = excluded.run_id
returning object_key, failures
