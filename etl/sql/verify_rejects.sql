-- Objects whose rejects are not as many as the ledger says. Of more than a thousand the first
-- thousand are kept, and a row for the rest; of an object as a whole, one. $1 how many to name.
select coalesce(l.object_key, r.object_key) as object_key,
       coalesce(l.rejected, 0)::bigint as in_ledger,
       coalesce(r.rejects, 0) as in_rejects,
       count(*) over () as in_all
  from (select object_key, rejected from etl.ledger where rejected > 0) l
  full join (select object_key, count(*) as rejects, min(event_index) as first_index from etl.rejects group by object_key) r
       on r.object_key = l.object_key
 where case when r.first_index = -1 and l.rejected > 0 then 1 else least(coalesce(l.rejected, 0), 1001) end
       <> coalesce(r.rejects, 0)
 order by 1
 limit $1
