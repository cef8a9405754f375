-- How the products of each category, or of each brand, did; the most frequent first.
-- $1 from, $2 to, $3 login, $4 category, $5 brand, $6 product, $7 event,
-- $8 category or brand, $9 limit.
select name,
       sum(events)::int8 as events,
       sum(product_views)::int8 as product_views,
       sum(add_to_carts)::int8 as add_to_carts,
       sum(checkout_completes)::int8 as checkout_completes,
       metrics.whole_vnd(sum(revenue)) as revenue_vnd
  from (select coalesce(nullif(case $8::text when 'category' then category_name
                                             when 'brand' then brand_name end, ''), 'UNKNOWN') as name,
               events, product_views, add_to_carts, checkout_completes, revenue
          from metrics.counts_by_subject($1, $2, $3, $4, $5, $6, $7)) as of_products
 group by name
 order by sum(events) desc, name collate "C"
 limit $9::int8
