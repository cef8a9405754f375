-- Events, the megabytes of their table and its indexes, and those of the rollups.
select (select count(*) from public.clickstream_events),
       pg_total_relation_size('public.clickstream_events') / 1048576,
       (select sum(pg_total_relation_size(c.oid))::bigint / 1048576
          from pg_class c
         where c.relnamespace = 'rollups'::regnamespace and c.relkind = 'r')
