-- Takes from everybody what the server gives to everybody and no reader needs: locks that a loader or
-- an operator may wait for, objects outside of any table, messages in the log of changes, ending the
-- sessions of other readers. The functions are a superuser's; for another operator this changes
-- nothing, and `left_open.sql` says so.
do $$
declare
    thing record;
begin
    if not (select rolsuper from pg_roles where rolname = current_user) then
        return;
    end if;
    for thing in
        select p.oid::regprocedure as name
          from pg_proc p
         where p.pronamespace = 'pg_catalog'::regnamespace
           and (p.proname ~ '^pg_(try_)?advisory_' or p.proname ~ '^lo_' or p.proname in ('loread', 'lowrite')
                or p.proname in ('pg_logical_emit_message', 'pg_terminate_backend', 'pg_cancel_backend'))
           and has_function_privilege('sbw_reader', p.oid, 'execute')
    loop
        execute format('revoke execute on function %s from public, sbw_reader', thing.name);
        execute format('grant execute on function %s to sbw_owner', thing.name);
    end loop;
end
$$;
