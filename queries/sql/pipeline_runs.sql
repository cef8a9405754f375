-- How the last loads went, newest first.
-- $1 how many.
select started_at,
       finished_at,
       status,
       objects,
       inserted,
       duplicates,
       rejected,
       error
  from etl.runs
 order by started_at desc, run_id desc
 limit $1::int8
