-- How the products of each category, or of each brand, did; the most frequent first.
-- $1 from, $2 to, $3 login, $4 category, $5 brand, $6 product, $7 event,
-- $8 category or brand, $9 limit.
select name,
       count(*)::int8 as events,
       count(*) filter (where event_name = 'product_view')::int8 as product_views,
       count(*) filter (where event_name = 'add_to_cart_click')::int8 as add_to_carts,
       count(*) filter (where event_name = 'checkout_complete')::int8 as checkout_completes,
       metrics.whole_vnd(sum(price) filter (where event_name = 'checkout_complete')) as revenue_vnd
  from (select coalesce(nullif(case $8::text when 'category' then context_product_category
                                             when 'brand' then context_product_brand end, ''),
                        'UNKNOWN') as name,
               event_name,
               metrics.effective_price(context_product_price, context_product_discount_price) as price
          from metrics.kept_events($1, $2, $3, $4, $5, $6, $7)
         where context_product_id <> '' or context_product_name <> '') as of_products
 group by name
 order by count(*) desc, name collate "C"
 limit $9::int8
