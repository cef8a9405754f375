-- One session, event by event, oldest first, with the time since the event before.
-- $1 session, $2 and $3 event_timestamp and event_id of the last event seen, or NULL,
-- $4 limit.
select *
  from (select e.*,
               -- Over all events: the first of a page follows the last of the page before.
               metrics.whole_seconds(event_timestamp - lag(event_timestamp) over (order by event_timestamp, event_id)) as seconds_since_previous
          from public.clickstream_events e
         where session_id = $1
           and session_id <> ''
           -- A table that was taken over may hold what no calendar shows.
           and event_timestamp >= '0001-01-01T00:00:00Z'
           and event_timestamp < '10000-01-01T00:00:00Z') as events
 where $2::timestamptz is null or (event_timestamp, event_id) > ($2::timestamptz, $3::uuid)
 order by event_timestamp, event_id
 limit $4::int8
