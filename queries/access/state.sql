-- What the operator's role may do, and what is there already: read before
-- anything is changed.
select current_setting('server_version_num')::int4 as server_version,
       current_user::text as operator,
       current_database()::text as database,
       (select rolsuper from pg_roles where rolname = current_user) as is_superuser,
       (select rolcreaterole from pg_roles where rolname = current_user) as may_create_roles,
       has_database_privilege(current_database(), 'create') as may_create_schemas,
       has_schema_privilege('public', 'create') as may_create_in_public,
       (select array_agg(wanted order by wanted)
          from unnest(array['sbw_loader', 'sbw_owner', 'sbw_reader']) as wanted
         where not exists (select from pg_roles where rolname = wanted)) as missing_roles,
       -- From version 16 on, who created a role can put themselves into it.
       (select pg_has_role(current_user, oid, 'member')
          from pg_roles where rolname = 'sbw_owner') as is_in_owner,
       (select pg_get_userbyid(relowner)::text
          from pg_class
         where relname = 'clickstream_events'
           and relnamespace = 'public'::regnamespace) as events_owner,
       (select pg_has_role(current_user, relowner, 'usage')
          from pg_class
         where relname = 'clickstream_events'
           and relnamespace = 'public'::regnamespace) as may_alter_events
