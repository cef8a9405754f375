-- How many events belong into the rollups: those of the years that they know.
select count(*) as events
  from public.clickstream_events
 where rollups.in_calendar(event_timestamp)
