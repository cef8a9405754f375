-- Twenty-four loads, one each hour up to $1; one was left unfinished, one failed.
insert into etl.runs (started_at, finished_at, status, trigger, scope, objects, inserted,
                      duplicates, rejected, error)
select $1::timestamptz - make_interval(hours => run),
       $1::timestamptz - make_interval(hours => run) + make_interval(secs => 2 + run % 5 * 1.3),
       case run when 3 then 'incomplete' when 9 then 'failed' else 'complete' end,
       'schedule',
       'new',
       120 - run,
       case run when 9 then 0 else 900 + 350 * abs(sin(run)) end,
       run % 4,
       case run when 5 then 2 else 0 end,
       case run when 9 then 'the bucket clickstream-s3-ingest refused the listing (AccessDenied); check the role''s s3:ListBucket' end
  from generate_series(0, 23) run
