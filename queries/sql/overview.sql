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
-- A session is mostly one client's and one user's, so these are few: whatever has
-- to be sorted to be counted once is sorted here and not among the events. Each
-- period is grouped by itself, where the planner knows its columns.
visits as (
    select 'current' as period,
           nullif(session_id, '') as session_id,
           nullif(client_id, '') as client_id,
           nullif(user_id, '') as user_id,
           count(*) as events,
           count(*) filter (where event_name = 'add_to_cart_click') as carts,
           count(*) filter (where event_name = 'checkout_start') as starts,
           count(*) filter (where event_name = 'checkout_complete') as completes,
           count(metrics.effective_price(context_product_price, context_product_discount_price))
               filter (where event_name = 'checkout_complete') as priced,
           sum(metrics.effective_price(context_product_price, context_product_discount_price))
               filter (where event_name = 'checkout_complete') as revenue
      from metrics.kept_events($1, $2, $3, $4, $5, $6, $7)
     group by nullif(session_id, ''), nullif(client_id, ''), nullif(user_id, '')
     union all
    select 'previous',
           nullif(session_id, ''),
           nullif(client_id, ''),
           nullif(user_id, ''),
           count(*),
           count(*) filter (where event_name = 'add_to_cart_click'),
           count(*) filter (where event_name = 'checkout_start'),
           count(*) filter (where event_name = 'checkout_complete'),
           count(metrics.effective_price(context_product_price, context_product_discount_price))
               filter (where event_name = 'checkout_complete'),
           sum(metrics.effective_price(context_product_price, context_product_discount_price))
               filter (where event_name = 'checkout_complete')
      from metrics.kept_events(
               $1::timestamptz - make_interval(secs => extract(epoch from $2::timestamptz - $1::timestamptz)::float8),
               $1, $3, $4, $5, $6, $7)
     group by nullif(session_id, ''), nullif(client_id, ''), nullif(user_id, '')
),
totals as (
    select period,
           sum(events) as total_events,
           count(distinct client_id) as unique_clients,
           count(distinct user_id) as unique_users,
           sum(carts) as add_to_cart_clicks,
           sum(starts) as checkout_starts,
           sum(completes) as checkout_completes,
           sum(priced) as priced_completes,
           sum(revenue) as revenue
      from visits
     group by period
),
sessions as (
    select period,
           sum(carts) > 0 as carted,
           sum(completes) > 0 as converted
      from visits
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
       coalesce(t.total_events, 0)::int8 as total_events,
       coalesce(t.unique_clients, 0)::int8 as unique_clients,
       coalesce(t.unique_users, 0)::int8 as unique_users,
       coalesce(o.sessions, 0)::int8 as sessions,
       coalesce(t.add_to_cart_clicks, 0)::int8 as add_to_cart_clicks,
       coalesce(t.checkout_starts, 0)::int8 as checkout_starts,
       coalesce(t.checkout_completes, 0)::int8 as checkout_completes,
       metrics.percent(t.checkout_completes, t.add_to_cart_clicks) as checkout_rate_percent,
       coalesce(o.converted_sessions, 0)::int8 as converted_sessions,
       metrics.percent(o.converted_sessions, o.sessions) as conversion_rate_percent,
       coalesce(o.abandoned_carts, 0)::int8 as abandoned_carts,
       metrics.percent(o.abandoned_carts, o.carted_sessions) as cart_abandonment_percent,
       metrics.whole_vnd(t.revenue) as revenue_vnd,
       metrics.whole_vnd(metrics.rounded(t.revenue, nullif(t.priced_completes, 0))) as average_order_value_vnd
  from periods p
  left join totals t on t.period = p.period
  left join outcomes o on o.period = p.period
 order by p.place
