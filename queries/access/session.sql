-- Whether this session can write, and what its database can hold.
select current_setting('server_encoding') as encoding,
       pg_is_in_recovery() as is_standby,
       current_setting('transaction_read_only')::boolean as is_read_only,
       current_database()::text as database,
       current_user::text as operator
