-- The server's clock. One row.
select pg_catalog.clock_timestamp() as now
