-- What the operator's role may do, and what is there already: read before
-- anything is changed.
select current_setting('server_version_num')::int4 as server_version,
       (select datistemplate from pg_database where datname = current_database()) as is_template,
       exists (select from pg_language where lanname = 'plpgsql') as has_plpgsql,
       to_regnamespace('public') is not null as has_public,
       -- Schemas of these names with something in them, in a database that was never migrated.
       (select array_agg(n.nspname::text order by n.nspname)
          from pg_namespace n
         where n.nspname in ('etl', 'context', 'metrics', 'rollups')
           and to_regclass('etl.schema_history') is null
           and (exists (select from pg_class c where c.relnamespace = n.oid)
                or exists (select from pg_proc p where p.pronamespace = n.oid)
                or exists (select from pg_type t where t.typnamespace = n.oid))) as foreign_schemas,
       current_user::text as operator,
       current_database()::text as database,
       (select rolsuper from pg_roles where rolname = current_user) as is_superuser,
       (select rolcreaterole from pg_roles where rolname = current_user) as may_create_roles,
       has_database_privilege(current_database(), 'create') as may_create_schemas,
       has_schema_privilege(to_regnamespace('public')::oid, 'create') as may_create_in_public,
       (select array_agg(wanted order by wanted)
          from unnest(array['sbw_loader', 'sbw_owner', 'sbw_reader']) as wanted
         where not exists (select from pg_roles where rolname = wanted)) as missing_roles,
       -- From version 16 on, who created a role can put themselves into it.
       (select pg_has_role(current_user, oid, 'member')
          from pg_roles where rolname = 'sbw_owner') as is_in_owner,
       (select pg_get_userbyid(relowner)::text
          from pg_class
         where relname = 'clickstream_events'
           and relnamespace = to_regnamespace('public')::oid) as events_owner,
       (select pg_has_role(current_user, relowner, 'usage')
          from pg_class
         where relname = 'clickstream_events'
           and relnamespace = to_regnamespace('public')::oid) as may_alter_events
