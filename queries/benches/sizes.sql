-- Events, and the megabytes of their table and its indexes, of their context, and of the rollups.
with sizes as (
    select c.relnamespace::regnamespace::text as place, sum(pg_total_relation_size(c.oid)) / 1048576 as mb
      from pg_class c
     where c.relkind = 'r' and c.relnamespace in ('context'::regnamespace, 'rollups'::regnamespace)
     group by 1
)
select (select count(*) from public.clickstream_events),
       pg_total_relation_size('public.clickstream_events') / 1048576,
       (select mb::bigint from sizes where place = 'context'),
       (select mb::bigint from sizes where place = 'rollups')
