-- Opens a run, and notes which process of the server it belongs to: by that, later runs tell one
-- that is at work from one that vanished. No lock: one that everybody may take, everybody may hold.
-- $1 trigger, $2 scope.
insert into etl.runs (trigger, scope, backend_pid, backend_since)
select $1, $2, a.pid, a.backend_start
  from pg_stat_activity a
 where a.pid = pg_backend_pid()
returning run_id
