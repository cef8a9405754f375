-- What a run ($1) has already loaded of these objects ($2): tells whether a
-- commit whose answer was lost had been done.
select count(*) as objects,
       coalesce(sum(events), 0)::bigint as events,
       coalesce(sum(inserted), 0)::bigint as inserted,
       coalesce(sum(duplicates), 0)::bigint as duplicates,
       coalesce(sum(rejected), 0)::bigint as rejected
  from etl.ledger
 where run_id = $1
   and object_key = any ($2::text[])
