-- What could not be loaded, newest first. $1 keys to look at (null: all), $2 how many.
select object_key, event_index, reason, excerpt, run_id, rejected_at
  from etl.rejects
 where $1::text[] is null or object_key = any ($1::text[])
 order by rejected_at desc, object_key, event_index
 limit $2
