-- Finished runs that loaded another number of objects than the ledger gives
-- them. A retry of rejects settles objects that other runs loaded, so it has
-- none of its own. $1 how many to name.
select r.run_id, r.objects as in_run, l.objects as in_ledger, count(*) over () as in_all
  from etl.runs r
 cross join lateral (
       select count(*) as objects from etl.ledger g where g.run_id = r.run_id
  ) l
 where r.status in ('complete', 'incomplete')
   and r.scope <> 'rejects'
   and r.objects <> l.objects
 order by 1
 limit $1
