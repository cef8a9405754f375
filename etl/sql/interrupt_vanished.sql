-- Closes the runs whose process vanished: at work by their row, and nobody
-- holds their lock.
with open_runs as materialized (
    select run_id from etl.runs where status = 'running'
)
update etl.runs r
   set status = 'interrupted',
       finished_at = clock_timestamp(),
       error = 'its process ended without a word'
  from open_runs o
 where r.run_id = o.run_id
   and pg_try_advisory_xact_lock(1396856658, o.run_id::integer)
