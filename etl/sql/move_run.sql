-- A run ($1) goes on in this session, after the one that it had was lost.
update etl.runs r
   set backend_pid = a.pid,
       backend_since = a.backend_start
  from pg_stat_activity a
 where a.pid = pg_backend_pid()
   and r.run_id = $1
