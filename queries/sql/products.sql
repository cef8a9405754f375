-- How each product did, the most viewed first, under the words of its latest kept event.
-- $1 from, $2 to, $3 login, $4 category, $5 brand, $6 product, $7 event, $8 limit.
--
-- A name decides between products that did equally well: of all that do as well as the last one of
-- the list, the names are looked up.
with question as materialized (
    select metrics.read_subjects($1, $2, $3, $4, $5, $6, $7) as r
),
counted as materialized (
    select c.*, rank() over (order by c.product_views desc, c.events desc) as place
      from question q cross join lateral metrics.counts_by_subject(q.r, 'product') c
),
called as (
    select c.*, n.product_id, n.product_name, n.product_category, n.product_brand
      from counted c
     cross join question q
     cross join lateral metrics.product_at(q.r, c.product_key, c.last_at) n
     where c.place <= $8::int8
)
select product_id,
       product_name as name,
       product_category as category,
       product_brand as brand,
       events::int8 as events,
       product_views::int8 as product_views,
       add_to_carts::int8 as add_to_carts,
       orders::int8 as checkout_completes,
       orders::int8 as orders,
       units::int8 as units,
       metrics.percent(add_to_carts, product_views) as view_to_cart_percent,
       metrics.percent(orders, add_to_carts) as cart_to_checkout_percent,
       metrics.whole_vnd(revenue) as revenue_vnd
  from called
 order by product_views desc, called.events desc, product_name collate "C", product_id collate "C" nulls first
 limit $8::int8
