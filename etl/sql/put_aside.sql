-- Lets objects wait whose network has had its share of this run ($1).
-- One element for each object: $2 key, $3 size, $4 last modified, $5 ETag, $6 network.
insert into etl.waiting (object_key, size_bytes, last_modified, etag, network, run_id)
select o.object_key, o.size_bytes, o.last_modified, o.etag, o.network, $1
  from unnest($2::text[], $3::bigint[], $4::timestamptz[], $5::text[], $6::text[])
       as o (object_key, size_bytes, last_modified, etag, network)
    on conflict (object_key) do update
       set size_bytes = excluded.size_bytes,
           last_modified = excluded.last_modified,
           etag = excluded.etag,
           network = excluded.network,
           run_id = excluded.run_id
