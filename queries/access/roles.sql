-- The three roles, without passwords: those are an operator's to set. Roles
-- belong to the whole cluster, so another database's operator may be creating
-- them at this moment; the advisory lock of `migrate` does not reach there.
do $$
declare
    login text;
    wanted text;
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

    -- Readers write nothing, and their questions are few and wide: grouping in
    -- memory halves them, and compiling them costs more than they take.
    foreach wanted in array array['default_transaction_read_only=on', 'jit=off', 'work_mem=32MB'] loop
        if not exists (select
                         from pg_db_role_setting s
                         join pg_roles r on r.oid = s.setrole
                        where r.rolname = 'sbw_reader'
                          and s.setdatabase = 0
                          and wanted = any (s.setconfig)) then
            execute format('alter role sbw_reader set %I to %L',
                           split_part(wanted, '=', 1), split_part(wanted, '=', 2));
        end if;
    end loop;
end
$$;
