-- The three roles, without passwords: those are an operator's to set. Roles
-- belong to the whole cluster, so another database's operator may be creating
-- them at this moment; the advisory lock of `migrate` does not reach there.
do $$
declare
    login text;
    wanted text;
    wanted_settings text[];
    reader_settings text[];
begin
    for wanted, login in
        values ('sbw_owner', 'nologin'), ('sbw_loader', 'login'), ('sbw_reader', 'login')
    loop
        begin
            if not exists (select from pg_roles where rolname = wanted) then
                execute format('create role %I %s', wanted, login);
            end if;
        exception
            when duplicate_object or unique_violation then null;
        end;
    end loop;

    -- An operator who is no superuser hands things over to the owner, and must be
    -- able to act as it. From version 16 on, having created a role is not enough.
    if not pg_has_role(current_user, 'sbw_owner',
                       case when current_setting('server_version_num')::int4 >= 160000
                            then 'set' else 'member' end) then
        execute format('grant sbw_owner to %I', current_user);
    end if;

    -- The owner ends what readers leave running (etl.end_long_readers).
    if not pg_has_role('sbw_owner', 'sbw_reader', 'member') then
        begin
            grant sbw_reader to sbw_owner;
        exception
            when insufficient_privilege then null; -- `left_open.sql` says so.
        end;
    end if;

    reader_settings := coalesce((select setconfig from pg_db_role_setting
                                  where setrole = 'sbw_reader'::regrole and setdatabase = 0), '{}');
    -- Readers write nothing, and their questions are few and wide: grouping in
    -- memory halves them, and compiling them costs more than they take. Their limits
    -- are defaults that a session can change, but for the last, which only a superuser sets.
    wanted_settings := array['default_transaction_read_only=on', 'jit=off', 'work_mem=32MB', 'statement_timeout=5min',
                             'idle_in_transaction_session_timeout=1min', 'idle_session_timeout=12h'];
    if (select rolsuper from pg_roles where rolname = current_user) then
        wanted_settings := wanted_settings || array['temp_file_limit=2GB'];
    end if;
    foreach wanted in array wanted_settings loop
        if not wanted = any (reader_settings) then
            execute format('alter role sbw_reader set %I to %L',
                           split_part(wanted, '=', 1), split_part(wanted, '=', 2));
        end if;
    end loop;
    -- A role may change its own settings, for everybody who uses it: what is not in the list goes.
    for wanted in
        select split_part(s, '=', 1) from unnest(reader_settings) s
        except select split_part(w, '=', 1) from unnest(wanted_settings || array['temp_file_limit=']) w
    loop
        execute format('alter role sbw_reader reset %I', wanted);
    end loop;
    if exists (select from pg_db_role_setting
                where setrole = 'sbw_reader'::regrole
                  and setdatabase = (select oid from pg_database where datname = current_database())) then
        execute format('alter role sbw_reader in database %I reset all', current_database());
    end if;
    -- An operator's own number stays.
    if (select rolconnlimit from pg_roles where rolname = 'sbw_reader') = -1 then
        alter role sbw_reader connection limit 40;
    end if;
end
$$;
