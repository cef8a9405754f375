-- Who holds the lock of `migrate`, and whether as an operator: at times no row.
select a.pid, a.usename::text as role,
       r.rolsuper or r.rolcreaterole
       or exists (select from pg_roles o where o.rolname = 'sbw_owner' and pg_has_role(r.oid, o.oid, 'member')) as is_operator
  from pg_locks l
  join pg_stat_activity a on a.pid = l.pid
  join pg_roles r on r.oid = a.usesysid
 where l.locktype = 'advisory'
   and l.granted
   and l.database = (select oid from pg_database where datname = current_database())
   and (l.classid::bigint << 32) | l.objid::bigint = 7280414163225904
   and l.objsubid = 1
