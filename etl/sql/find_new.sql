-- Which of these objects are to be loaded, by their place (from 1): those that the ledger does not
-- know, and those that were stored again since, in another version.
-- One element for each object: $1 key, $2 size, $3 last modified, $4 ETag; $5: whether also those
-- that wait.
select k.place
  from unnest($1::text[], $2::bigint[], $3::timestamptz[], $4::text[]) with ordinality
           as k (object_key, size_bytes, last_modified, etag, place)
 where not exists (
           select from etl.ledger l
            where l.object_key = k.object_key
              and l.size_bytes = k.size_bytes
              -- Without an ETag on one side, what is not newer is the same.
              and coalesce(l.etag = k.etag, l.last_modified >= k.last_modified))
   and ($5 or not exists (select from etl.waiting w where w.object_key = k.object_key))
