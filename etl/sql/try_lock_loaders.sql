-- Whether no loader has its turn. If so, none has until the transaction ends.
select pg_try_advisory_xact_lock(4823190017) as is_free
