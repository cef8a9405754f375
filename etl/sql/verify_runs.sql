-- Objects in the ledger that belong to no run. $1 how many to name.
select l.object_key, l.run_id, count(*) over () as in_all
  from etl.ledger l
 where not exists (select from etl.runs r where r.run_id = l.run_id)
 order by 1
 limit $1
