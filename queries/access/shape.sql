-- The columns of public.clickstream_events, and how it is kept.
select c.relkind::text as kind,
       c.relpersistence = 'u' as is_unlogged,
       c.relrowsecurity as has_row_security,
       a.attname::text as column_name,
       format_type(a.atttypid, a.atttypmod) as type,
       a.attnotnull as not_null,
       a.attgenerated <> '' or a.attidentity <> '' as is_computed,
       exists (select
                 from pg_index i
                where i.indrelid = c.oid
                  and i.indisprimary
                  and i.indisvalid
                  and i.indnkeyatts = 1
                  and i.indkey[0] = a.attnum) as is_primary_key
  from pg_class c
  left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
 where c.relname = 'clickstream_events'
   and c.relnamespace = to_regnamespace('public')::oid
   and c.relkind <> 'c'
 order by a.attnum
