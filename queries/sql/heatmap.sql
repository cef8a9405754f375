-- How many events each hour of the week had: 7 × 24 rows, empty hours included.
-- $1 from, $2 to, $3 login, $4 category, $5 brand, $6 product, $7 event,
-- $8 time zone whose clock and calendar tell the hour and the weekday.
with by_week as (
    select extract(isodow from local_hour)::int4 as weekday,
           extract(hour from local_hour)::int4 as hour,
           sum(events)::int8 as events
      from metrics.counts_by_hour($1, $2, $3, $4, $5, $6, $7, $8)
     -- A zone that nobody knows is an error even where nothing was kept.
     where $1::timestamptz at time zone $8::text is not null
     group by 1, 2
)
select weekday,
       hour,
       coalesce(w.events, 0) as events,
       -- The busiest hour; of several, the earliest of the week.
       coalesce(w.events, 0) > 0
           and row_number() over (order by w.events desc nulls last, weekday, hour) = 1 as busiest
  from generate_series(1, 7) as weekday
 cross join generate_series(0, 23) as hour
  left join by_week w using (weekday, hour)
 order by weekday, hour
