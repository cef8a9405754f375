-- The loaded objects of which something was rejected, after $2 in key order.
-- $1 keys to look at (null: all), $3 how many.
select object_key, size_bytes, last_modified, etag
  from etl.ledger
 where rejected > 0
   and object_key > $2
   and ($1::text[] is null or object_key = any ($1::text[]))
 order by object_key
 limit $3
