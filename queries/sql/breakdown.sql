-- How each category, or each brand, did; the most frequent first.
-- $1 from, $2 to, $3 login, $4 category, $5 brand, $6 product, $7 event,
-- $8 category or brand, $9 limit.
select name,
       events::int8 as events,
       product_views::int8 as product_views,
       add_to_carts::int8 as add_to_carts,
       orders::int8 as checkout_completes,
       orders::int8 as orders,
       units::int8 as units,
       metrics.whole_vnd(revenue) as revenue_vnd
  from metrics.counts_by_subject(metrics.read_subjects($1, $2, $3, $4, $5, $6, $7), $8)
 order by events desc, name collate "C"
 limit $9::int8
