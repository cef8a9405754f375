-- Whether the warehouse's database is there.
select exists (select from pg_database where datname = 'clickstream_dw') as found;
