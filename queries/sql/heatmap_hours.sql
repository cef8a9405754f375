-- The hours of the calendar that one cell of the heatmap adds up, newest first; only those
-- with events.
-- $1 from, $2 to, $3 login, $4 category, $5 brand, $6 product, $7 event,
-- $8 time zone, $9 weekday (1 is Monday), $10 hour of the day, $11 limit.
with hours as (
    select local_hour,
           sum(events)::int8 as events
      from metrics.counts_by_hour($1, $2, $3, $4, $5, $6, $7, $8)
     where $1::timestamptz at time zone $8::text is not null
       and extract(isodow from local_hour) = $9::int4
       and extract(hour from local_hour) = $10::int4
     group by 1
)
select greatest(start.t, $1::timestamptz) as from_time,
       least((local_hour + interval '1 hour') at time zone $8::text, $2::timestamptz) as to_time,
       events
  from hours
 cross join lateral (
    -- Where clocks are put back an hour happens twice, and this is its second time.
    select local_hour at time zone $8::text as t) second
 cross join lateral (
    select case when (second.t - interval '1 hour') at time zone $8::text = local_hour
                then second.t - interval '1 hour' else second.t end as t) start
 order by local_hour desc
 limit $11::int8
