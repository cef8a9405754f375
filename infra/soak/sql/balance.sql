-- What became of everything that was stored, once the loader has nothing left.
-- A row: events in the warehouse, what the ledger explains of them, rejects, objects loaded.
select
    (select count(*) from clickstream_events) as events,
    (select coalesce(sum(inserted), 0)::bigint from etl.ledger) as inserted,
    (select coalesce(sum(duplicates), 0)::bigint from etl.ledger) as duplicates,
    (select count(*) from etl.rejects) as rejects,
    (select count(*) from etl.ledger) as objects
