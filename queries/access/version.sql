-- The newest migration that this database has had.
select max(version)::int4 as version from etl.schema_history
