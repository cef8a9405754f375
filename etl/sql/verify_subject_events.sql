-- Days with other events of a name about a product than are kept, by login
-- state. $1 how many to name.
with counted as (
    select date_bin('1 day', event_timestamp, 'epoch') as day,
           coalesce(user_login_state, '') collate "C" as login,
           coalesce(context_product_id, '') collate "C" as product_id,
           coalesce(context_product_name, '') collate "C" as name,
           coalesce(context_product_category, '') collate "C" as category,
           coalesce(context_product_brand, '') collate "C" as brand,
           event_name collate "C" as event_name,
           count(*) as events
      from public.clickstream_events
     where rollups.in_calendar(event_timestamp)
       and concat(context_product_id, context_product_name, context_product_category, context_product_brand) <> ''
     group by 1, 2, 3, 4, 5, 6, 7
),
kept as (
    select e.day, l.word as login, s.product_id, s.name, s.category, s.brand, n.word as event_name, e.events
      from rollups.subject_events e
      left join rollups.words l on l.word_no = e.login_no
      left join rollups.words n on n.word_no = e.name_no
      left join rollups.subjects s on s.subject_no = e.subject_no
)
select format('day from %s, login %L, product %L named %L, category %L, brand %L, event %L',
              day at time zone 'UTC', login, product_id, name, category, brand, event_name) as place,
       format('%s events', coalesce(k.events, 0)) as kept,
       format('%s events', coalesce(c.events, 0)) as counted,
       count(*) over () as in_all
  from kept k
  full join counted c using (day, login, product_id, name, category, brand, event_name)
 where coalesce(k.events, 0) <> coalesce(c.events, 0)
 order by day, login, product_id, name, category, brand, event_name
 limit $1
