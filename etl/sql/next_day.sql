-- The first day from $1 on that has events, and the day after it; without $1
-- the first of all. One look into the index of time, however long nothing was.
select date_bin('1 day', event_timestamp, 'epoch') as day,
       date_bin('1 day', event_timestamp, 'epoch') + interval '24 hours' as next_day
  from public.clickstream_events
 where event_timestamp >= coalesce($1, '0001-01-01T00:00:00Z'::timestamptz)
   and event_timestamp < '10000-01-01T00:00:00Z'::timestamptz
 order by event_timestamp
 limit 1
