-- Objects that wait, in the order of their keys after $1, but for those that could not be read in
-- this run ($2). $3 how many.
select object_key, size_bytes, last_modified, etag
  from etl.waiting
 where object_key > $1
   and (network is not null or run_id <> $2)
 order by object_key
 limit $3
