-- How many events `raw` has, and how many pages those are.
-- $1 from, $2 to, $3 login, $4 category, $5 brand, $6 product, $7 event,
-- $8 product events only, $9 events a page.
select events,
       -- Even nothing is shown on a page.
       greatest((events + $9::int8 - 1) / $9::int8, 1) as pages
  from (select coalesce(sum(case when $8::boolean then product_events else events end), 0)::int8 as events
          from metrics.event_sums(metrics.read($1, $2, $3, $4, $5, $6, $7, '{168,24,6,1}', true), '{0}', '1 hour')
         where is_total) as kept
