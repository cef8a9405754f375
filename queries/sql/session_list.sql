-- The sessions themselves, the newest start first, a page at a time.
-- $1 from, $2 to, $3 login, $4 category, $5 brand, $6 product, $7 event,
-- $8 the steps' event names, in order: how far each session went along them,
-- $9 a step: only sessions that reached it; NULL: all,
-- $10 only those that did not reach the step after it,
-- $11 and $12 started_at and session_id of the last session seen, or NULL, $13 limit.
select p.session_id,
       p.client_id,
       p.user_id,
       p.started_at,
       p.last_at,
       c.source,
       c.device,
       c.entry_page,
       p.events::int8 as events,
       p.product_views::int8 as product_views,
       p.add_to_carts::int8 as add_to_carts,
       p.checkout_completes::int8 as checkout_completes,
       p.orders::int8 as orders,
       metrics.whole_vnd(p.revenue) as revenue_vnd,
       p.furthest_step::int4 as furthest_step
  from metrics.session_page($1, $2, $3, $4, $5, $6, $7, $8, $9::int4, $10::boolean, $11::timestamptz, $12::text, $13::int8) p
 cross join lateral metrics.session_context(p.session_id) c
 order by p.started_at desc, p.session_id collate "C"
