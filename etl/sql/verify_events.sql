-- Do baseline and ledger explain every row of the warehouse?
select (select count(*) from public.clickstream_events) as events,
       (select coalesce(sum(events), 0)::bigint from etl.baseline) as baseline,
       (select coalesce(sum(inserted), 0)::bigint from etl.ledger) as inserted
