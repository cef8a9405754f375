-- How the shop did in a period, and in the one of equal length just before it.
-- $1 from, $2 to, $3 login, $4 category, $5 brand, $6 product, $7 event.
with periods (period, place, from_time, to_time) as (
    values
        ('current', 1, $1::timestamptz, $2::timestamptz),
        -- The length goes through seconds: an interval in days would be
        -- stretched or squeezed by the session's daylight saving.
        ('previous', 2,
         $1::timestamptz - make_interval(secs => extract(epoch from $2::timestamptz - $1::timestamptz)::float8),
         $1::timestamptz)
),
kept as (
    select 'current' as period,
           event_name,
           nullif(client_id, '') as client_id,
           nullif(user_id, '') as user_id,
           nullif(session_id, '') as session_id,
           metrics.effective_price(context_product_price, context_product_discount_price) as price
      from metrics.kept_events($1, $2, $3, $4, $5, $6, $7)
     union all
    select 'previous',
           event_name,
           nullif(client_id, ''),
           nullif(user_id, ''),
           nullif(session_id, ''),
           metrics.effective_price(context_product_price, context_product_discount_price)
      from metrics.kept_events(
               $1::timestamptz - make_interval(secs => extract(epoch from $2::timestamptz - $1::timestamptz)::float8),
               $1, $3, $4, $5, $6, $7)
),
events as (
    select period,
           count(*) as total_events,
           count(distinct client_id) as unique_clients,
           count(distinct user_id) as unique_users,
           count(*) filter (where event_name = 'add_to_cart_click') as add_to_cart_clicks,
           count(*) filter (where event_name = 'checkout_start') as checkout_starts,
           count(*) filter (where event_name = 'checkout_complete') as checkout_completes,
           count(price) filter (where event_name = 'checkout_complete') as priced_completes,
           sum(price) filter (where event_name = 'checkout_complete') as revenue
      from kept
     group by period
),
sessions as (
    select period,
           bool_or(event_name = 'add_to_cart_click') as carted,
           bool_or(event_name = 'checkout_complete') as converted
      from kept
     where session_id is not null
     group by period, session_id
),
outcomes as (
    select period,
           count(*) as sessions,
           count(*) filter (where converted) as converted_sessions,
           count(*) filter (where carted) as carted_sessions,
           count(*) filter (where carted and not converted) as abandoned_carts
      from sessions
     group by period
)
select p.period,
       p.from_time,
       p.to_time,
       coalesce(e.total_events, 0)::int8 as total_events,
       coalesce(e.unique_clients, 0)::int8 as unique_clients,
       coalesce(e.unique_users, 0)::int8 as unique_users,
       coalesce(o.sessions, 0)::int8 as sessions,
       coalesce(e.add_to_cart_clicks, 0)::int8 as add_to_cart_clicks,
       coalesce(e.checkout_starts, 0)::int8 as checkout_starts,
       coalesce(e.checkout_completes, 0)::int8 as checkout_completes,
       metrics.percent(e.checkout_completes, e.add_to_cart_clicks) as checkout_rate_percent,
       coalesce(o.converted_sessions, 0)::int8 as converted_sessions,
       metrics.percent(o.converted_sessions, o.sessions) as conversion_rate_percent,
       coalesce(o.abandoned_carts, 0)::int8 as abandoned_carts,
       metrics.percent(o.abandoned_carts, o.carted_sessions) as cart_abandonment_percent,
       metrics.whole_vnd(e.revenue) as revenue_vnd,
       metrics.whole_vnd(metrics.rounded(e.revenue, nullif(e.priced_completes, 0))) as average_order_value_vnd
  from periods p
  left join events e on e.period = p.period
  left join outcomes o on o.period = p.period
 order by p.place
