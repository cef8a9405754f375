-- Objects whose rejects are not as many as the ledger says. $1 how many to name.
select coalesce(l.object_key, r.object_key) as object_key,
       coalesce(l.rejected, 0)::bigint as in_ledger,
       coalesce(r.rejects, 0) as in_rejects,
       count(*) over () as in_all
  from (select object_key, rejected from etl.ledger where rejected > 0) l
  full join (select object_key, count(*) as rejects from etl.rejects group by object_key) r
       on r.object_key = l.object_key
 where coalesce(l.rejected, 0) <> coalesce(r.rejects, 0)
 order by 1
 limit $1
