-- Hours and days with other events by login state and name than are kept.
-- $1 how many to name.
with hours as materialized (
    select date_bin('1 hour', e.event_timestamp, 'epoch') as bucket,
           coalesce(e.user_login_state, '') collate "C" as login,
           e.event_name collate "C" as name,
           count(*) as events,
           count(p.price) as priced,
           coalesce(sum(p.price), 0) as revenue
      from public.clickstream_events e
     cross join lateral (
         select case when e.event_name = 'checkout_complete'
                     then coalesce(e.context_product_discount_price, e.context_product_price)
                 end as price) p
     where rollups.in_calendar(e.event_timestamp)
     group by 1, 2, 3
),
counted as (
    select 'h'::"char" as grain, bucket, login, name, events, priced, revenue
      from hours
     union all
    select 'd', date_bin('1 day', bucket, 'epoch'), login, name, sum(events), sum(priced), sum(revenue)
      from hours
     group by 2, 3, 4
),
kept as (
    select e.grain, e.bucket, l.word as login, n.word as name, e.events, e.priced, e.revenue
      from rollups.event_counts e
      left join rollups.words l on l.word_no = e.login_no
      left join rollups.words n on n.word_no = e.name_no
)
select format('%s from %s, login %L, event %L',
              case grain when 'h' then 'hour' else 'day' end, bucket at time zone 'UTC', login, name) as place,
       format('%s events, %s with a price, %s VND',
              coalesce(k.events, 0), coalesce(k.priced, 0), coalesce(k.revenue, 0)) as kept,
       format('%s events, %s with a price, %s VND',
              coalesce(c.events, 0), coalesce(c.priced, 0), coalesce(c.revenue, 0)) as counted,
       count(*) over () as in_all
  from kept k
  full join counted c using (grain, bucket, login, name)
 where (coalesce(k.events, 0), coalesce(k.priced, 0), coalesce(k.revenue, 0))
       <> (coalesce(c.events, 0), coalesce(c.priced, 0), coalesce(c.revenue, 0))
 order by bucket, grain, login, name
 limit $1
