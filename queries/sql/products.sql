-- How each product did, the most viewed first.
-- $1 from, $2 to, $3 login, $4 category, $5 brand, $6 product, $7 event, $8 limit.
--
-- A product is its id, or its name where it has no id; the key keeps an id and a
-- name of the same letters apart.
with subjects as (
    select case when product_id <> '' then 'id ' || product_id else 'name ' || name end as key,
           *
      from metrics.counts_by_subject($1, $2, $3, $4, $5, $6, $7)
),
counted as (
    select key,
           max(latest) as latest,
           sum(events) as events,
           sum(product_views) as product_views,
           sum(add_to_carts) as add_to_carts,
           sum(checkout_completes) as checkout_completes,
           sum(revenue) as revenue
      from subjects
     group by key
),
-- What a product is called changes: its latest event says it; of several at one
-- instant, the one with the greatest id, which only the events know.
called as (
    select c.*,
           nullif(s.product_id, '') as product_id,
           coalesce(nullif(s.name, ''), 'UNKNOWN') as name,
           coalesce(nullif(s.category_name, ''), 'UNKNOWN') as category,
           coalesce(nullif(s.brand_name, ''), 'UNKNOWN') as brand
      from counted c
     cross join lateral (
         select s.product_id, s.name, s.category_name, s.brand_name
           from subjects s
           left join lateral (
               select max(k.event_id::text collate "C") as event_id
                 from metrics.kept_events(c.latest, c.latest + interval '1 microsecond', $3, $4, $5, $6, $7) k
                where (select count(*) from subjects o where o.key = c.key and o.latest = c.latest) > 1
                  and coalesce(k.context_product_id, '') = s.product_id
                  and coalesce(k.context_product_name, '') = s.name
                  and coalesce(k.context_product_category, '') = s.category_name
                  and coalesce(k.context_product_brand, '') = s.brand_name) k on true
          where s.key = c.key and s.latest = c.latest
          order by k.event_id desc nulls last
          limit 1) s
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
