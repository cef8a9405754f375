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
)
select p.period,
       p.from_time,
       p.to_time,
       t.total_events,
       t.unique_clients,
       t.unique_users,
       t.sessions,
       t.add_to_cart_clicks,
       t.checkout_starts,
       t.checkout_completes,
       t.orders,
       metrics.percent(t.checkout_completes, t.add_to_cart_clicks) as checkout_rate_percent,
       t.converted_sessions,
       metrics.percent(t.converted_sessions, t.sessions) as conversion_rate_percent,
       t.abandoned_carts,
       metrics.percent(t.abandoned_carts, t.carted_sessions) as cart_abandonment_percent,
       metrics.whole_vnd(t.revenue) as revenue_vnd,
       metrics.whole_vnd(metrics.rounded(t.revenue, nullif(t.priced_orders, 0))) as average_order_value_vnd,
       t.units,
       t.orders_inferred
  from periods p
 cross join lateral metrics.totals(p.from_time, p.to_time, $3, $4, $5, $6, $7) t
 order by p.place
