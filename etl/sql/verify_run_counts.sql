-- Complete runs that loaded another number of objects for the first time than the ledger gives
-- them. A run that ended early may not know its last commit; a retry of rejects
-- settles objects that other runs loaded. $1 how many to name.
select r.run_id, r.objects - r.reloaded as in_run, l.objects as in_ledger, count(*) over () as in_all
  from etl.runs r
 cross join lateral (
       select count(*) as objects from etl.ledger g where g.run_id = r.run_id
  ) l
 where r.status = 'complete'
   and r.scope <> 'rejects'
   and r.objects - r.reloaded <> l.objects
 order by 1
 limit $1
