-- One operator at a time in this database. The number is arbitrary, and this
-- command's own. Tried, not waited for: who holds it may be no operator.
select pg_try_advisory_lock(7280414163225904) as is_taken
