-- The last runs, newest first. $1 how many.
select run_id, started_at, finished_at, status, trigger, scope, listed, new_objects, objects,
       events, inserted, duplicates, rejected, remaining, duration_ms, error
  from etl.runs
 order by started_at desc, run_id desc
 limit $1
