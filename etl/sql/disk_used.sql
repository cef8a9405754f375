-- About how many bytes the server's databases take, and its WAL at its usual most. Needs no right that
-- the loader lacks: the sizes of files are the server's, and WAL may only be listed by monitors.
select (select coalesce(sum(pg_database_size(d.oid)), 0)
          from pg_database d
         where has_database_privilege(d.oid, 'connect'))::bigint
       + pg_size_bytes(current_setting('max_wal_size')) as bytes
