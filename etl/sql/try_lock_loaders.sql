-- Whether no loader is at work. If so, none begins until the transaction ends.
select pg_try_advisory_xact_lock(4823190017) as is_free
