-- What a reader must know of a session before its first question: the server's clock, whether it
-- follows another server, and whether the settings of the first packet came through. One row.
select pg_catalog.clock_timestamp() as now,
       pg_catalog.pg_is_in_recovery() as is_standby,
       coalesce(pg_catalog.current_setting('sbw.session', true), '') = 'on' as has_settings
