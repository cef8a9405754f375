-- Do baseline and ledger explain every row? Excluded rows are kept elsewhere, erased ones counted.
select (select count(*) from public.clickstream_events)
       + (select count(*) from etl.excluded_events)
       + (select coalesce(sum(events), 0)::bigint from etl.erasures) as events,
       (select coalesce(sum(events), 0)::bigint from etl.baseline) as baseline,
       (select coalesce(sum(inserted), 0)::bigint from etl.ledger) as inserted
