-- One loader commits at a time, so that claims, duplicates and counts are those
-- of an order of loads, whichever it is. Held until the transaction ends.
select pg_advisory_xact_lock(4823190017)
