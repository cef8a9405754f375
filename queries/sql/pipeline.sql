-- How fresh the warehouse is, and how many events could not be loaded.
-- $1 the present.
select newest.event_timestamp as newest_event,
       metrics.whole_seconds($1::timestamptz - newest.event_timestamp) as lag_seconds,
       (select count(*) from etl.rejects)::int8 as rejects,
       -- Ids that too many events carry to be sessions.
       (select count(*) from rollups.long_sessions)::int8 as long_sessions
  from (select max(event_timestamp) as event_timestamp
          from public.clickstream_events
         -- A table that was taken over may hold what no calendar shows.
         where event_timestamp < '10000-01-01T00:00:00Z') newest
