-- Closes the runs whose process vanished: at work by their row, and the server has no such process
-- any more. When another role's began, the loader may not see.
update etl.runs r
   set status = 'interrupted',
       finished_at = clock_timestamp(),
       error = 'its process ended without a word'
 where r.status = 'running'
   and not exists (
       select from pg_stat_activity a
        where a.pid = r.backend_pid
          and coalesce(a.backend_start, r.backend_since) = r.backend_since)
