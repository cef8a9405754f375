-- When the last run began that saw all that was new then, and loaded it.
select max(started_at) as started_at
  from etl.runs
 where status = 'complete'
   and scope in ('new', 'all')
