-- How each product did, the most viewed first.
-- $1 from, $2 to, $3 login, $4 category, $5 brand, $6 product, $7 event, $8 limit.
--
-- A product is its id, or its name where it has no id; the key keeps an id and a
-- name of the same letters apart.
with counted as (
    select case when context_product_id <> '' then 'id ' || context_product_id
                else 'name ' || context_product_name end as key,
           max(event_timestamp) as latest,
           count(*) as events,
           count(*) filter (where event_name = 'product_view') as product_views,
           count(*) filter (where event_name = 'add_to_cart_click') as add_to_carts,
           count(*) filter (where event_name = 'checkout_complete') as checkout_completes,
           sum(metrics.effective_price(context_product_price, context_product_discount_price))
               filter (where event_name = 'checkout_complete') as revenue
      from metrics.kept_events($1, $2, $3, $4, $5, $6, $7)
     where context_product_id <> '' or context_product_name <> ''
     group by 1
),
-- What a product is called changes: its latest event says it. To read the events a
-- second time for the latest costs less than to sort them all.
called as (
    select distinct on (c.key)
           c.*,
           nullif(k.context_product_id, '') as product_id,
           coalesce(nullif(k.context_product_name, ''), 'UNKNOWN') as name,
           coalesce(nullif(k.context_product_category, ''), 'UNKNOWN') as category,
           coalesce(nullif(k.context_product_brand, ''), 'UNKNOWN') as brand
      from counted c
      join metrics.kept_events($1, $2, $3, $4, $5, $6, $7) k
        on k.event_timestamp = c.latest
       and c.key = case when k.context_product_id <> '' then 'id ' || k.context_product_id
                        else 'name ' || k.context_product_name end
     order by c.key, k.event_id desc
)
select product_id,
       name,
       category,
       brand,
       events::int8 as events,
       product_views::int8 as product_views,
       add_to_carts::int8 as add_to_carts,
       checkout_completes::int8 as checkout_completes,
       metrics.percent(add_to_carts, product_views) as view_to_cart_percent,
       metrics.percent(checkout_completes, add_to_carts) as cart_to_checkout_percent,
       metrics.whole_vnd(revenue) as revenue_vnd
  from called
 order by called.product_views desc, called.events desc, name collate "C", product_id collate "C" nulls first
 limit $8::int8
