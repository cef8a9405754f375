-- Whether the database of this name is there.
select exists (select from pg_database where datname = $1) as found;
