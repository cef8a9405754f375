-- One operator at a time in this database. The number is arbitrary, and this
-- command's own.
select pg_advisory_lock(7280414163225904)
