-- Hours and days with other events about a product than are kept, by login
-- state. $1 how many to name.
with hours as materialized (
    select date_bin('1 hour', e.event_timestamp, 'epoch') as bucket,
           coalesce(e.user_login_state, '') collate "C" as login,
           coalesce(e.context_product_id, '') collate "C" as product_id,
           coalesce(e.context_product_name, '') collate "C" as name,
           coalesce(e.context_product_category, '') collate "C" as category,
           coalesce(e.context_product_brand, '') collate "C" as brand,
           count(*) as events,
           count(*) filter (where e.event_name = 'product_view') as product_views,
           count(*) filter (where e.event_name = 'add_to_cart_click') as carts,
           count(*) filter (where e.event_name = 'checkout_start') as starts,
           count(*) filter (where e.event_name = 'checkout_complete') as completes,
           count(p.price) as priced,
           coalesce(sum(p.price), 0) as revenue,
           max(e.event_timestamp) as last_at
      from public.clickstream_events e
     cross join lateral (
         select case when e.event_name = 'checkout_complete'
                     then coalesce(e.context_product_discount_price, e.context_product_price)
                 end as price) p
     where rollups.in_calendar(e.event_timestamp)
       and concat(e.context_product_id, e.context_product_name,
                  e.context_product_category, e.context_product_brand) <> ''
     group by 1, 2, 3, 4, 5, 6
),
counted as (
    select 'h'::"char" as grain, *
      from hours
     union all
    select 'd', date_bin('1 day', bucket, 'epoch'), login, product_id, name, category, brand,
           sum(events), sum(product_views), sum(carts), sum(starts), sum(completes), sum(priced), sum(revenue),
           max(last_at)
      from hours
     group by 2, 3, 4, 5, 6, 7
),
kept as (
    select c.*, l.word as login, s.product_id, s.name, s.category, s.brand
      from rollups.subject_counts c
      left join rollups.words l on l.word_no = c.login_no
      left join rollups.subjects s on s.subject_no = c.subject_no
)
select format('%s from %s, login %L, product %L named %L, category %L, brand %L',
              case grain when 'h' then 'hour' else 'day' end, bucket at time zone 'UTC',
              login, product_id, name, category, brand) as place,
       format('%s events, %s views, %s carts, %s starts, %s checkouts, %s with a price, %s VND, last %s',
              coalesce(k.events, 0), coalesce(k.product_views, 0), coalesce(k.carts, 0), coalesce(k.starts, 0),
              coalesce(k.completes, 0), coalesce(k.priced, 0), coalesce(k.revenue, 0),
              k.last_at at time zone 'UTC') as kept,
       format('%s events, %s views, %s carts, %s starts, %s checkouts, %s with a price, %s VND, last %s',
              coalesce(c.events, 0), coalesce(c.product_views, 0), coalesce(c.carts, 0), coalesce(c.starts, 0),
              coalesce(c.completes, 0), coalesce(c.priced, 0), coalesce(c.revenue, 0),
              c.last_at at time zone 'UTC') as counted,
       count(*) over () as in_all
  from kept k
  full join counted c using (grain, bucket, login, product_id, name, category, brand)
 where (k.events, k.product_views, k.carts, k.starts, k.completes, k.priced, k.revenue, k.last_at)
       is distinct from
       (c.events, c.product_views, c.carts, c.starts, c.completes, c.priced, c.revenue, c.last_at)
 order by bucket, grain, login, product_id, name, category, brand
 limit $1
