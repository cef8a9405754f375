-- Whether this role may take events out: who may `migrate` may.
select pg_has_role(current_user, oid, 'member') as is_operator from pg_roles where rolname = 'sbw_owner'
