-- Finished runs whose figures are not those of the objects they loaded. Retries
-- of rejects settle objects that other runs loaded, and a run that was cut off
-- left no figures: neither is looked at, nor the runs whose objects were
-- settled later. $1 how many to name.
select r.run_id, r.objects, r.inserted, l.objects as ledger_objects, count(*) over () as runs
  from etl.runs r
  left join lateral (
       select count(*) as objects from etl.ledger g where g.run_id = r.run_id
  ) l on true
 where r.status in ('complete', 'incomplete')
   and r.scope <> 'rejects'
   and r.objects <> l.objects
 order by 1
 limit $1
