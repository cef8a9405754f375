-- The next operator may go.
select pg_advisory_unlock(7280414163225904)
