-- Takes a run's lock again, after the session that held it was lost.
select pg_advisory_lock(1396856658, $1::bigint::integer)::text as locked
