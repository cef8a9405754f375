-- What readers may still do that they need not, as a person would say it: a row each. Only a superuser,
-- or who owns the database, closes these.
select words
  from (values
        ('take advisory locks', has_function_privilege('sbw_reader', 'pg_catalog.pg_advisory_lock(bigint)', 'execute')),
        ('create large objects', has_function_privilege('sbw_reader', 'pg_catalog.lo_from_bytea(oid, bytea)', 'execute')),
        ('write messages into the log of changes',
         -- Its parameters differ between versions.
         (select bool_or(has_function_privilege('sbw_reader', p.oid, 'execute'))
            from pg_proc p where p.pronamespace = 'pg_catalog'::regnamespace and p.proname = 'pg_logical_emit_message')),
        ('end the sessions of other readers',
         has_function_privilege('sbw_reader', 'pg_catalog.pg_cancel_backend(integer)', 'execute')),
        ('create temporary tables', has_database_privilege('sbw_reader', current_database(), 'temporary')),
        ('fill the disk with temporary files',
         not exists (select from pg_db_role_setting s, unnest(s.setconfig) c
                      where s.setrole = 'sbw_reader'::regrole and s.setdatabase = 0 and c like 'temp\_file\_limit=%')),
        ('leave statements running for ever', not pg_has_role('sbw_owner', 'sbw_reader', 'usage'))
       ) as readers_may (words, is_so)
 where is_so
