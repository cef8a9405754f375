-- The turn among those who load, which the rollups take as well; held until the
-- transaction ends. Taken first, nobody else's events are in the way.
select pg_advisory_xact_lock(4823190017)
