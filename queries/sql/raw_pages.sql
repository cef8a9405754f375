-- How many events `raw` has, and how many pages those are.
-- $1 from, $2 to, $3 login, $4 category, $5 brand, $6 product, $7 event,
-- $8 product events only, $9 events a page.
select events,
       -- Even nothing is shown on a page.
       greatest((events + $9::int8 - 1) / $9::int8, 1) as pages
  from (select coalesce(case when $8::boolean
                             then (select sum(s.events) from metrics.counts_by_subject($1, $2, $3, $4, $5, $6, $7) s)
                             else (select sum(e.events) from metrics.counts_by_event($1, $2, $3, $4, $5, $6, $7) e)
                        end, 0)::int8 as events) as kept
