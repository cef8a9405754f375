-- Nothing that somebody keeps in another schema is taken for a function or type of the server's.
set search_path = pg_catalog, pg_temp
