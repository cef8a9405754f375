-- Takes these events ($1) out of the warehouse where their address ($2, one each) is in an excluded
-- network; how many there were.
with excluded as (
    select s.event_id, s.address
      from unnest($1::uuid[], $2::text[]::inet[]) as s (event_id, address)
     where exists (select from etl.exclusions x where x.kind = 'network' and x.network >>= s.address)
)
select etl.take_out_events(coalesce(array_agg(event_id), '{}'), coalesce(array_agg(address), '{}')) as events
  from excluded
