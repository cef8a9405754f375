-- The catalogue's products, as the file has them. Stock is set for new products only:
-- afterwards it is the shop's, which sells.
insert into products as p (id, name, category, brand, price_vnd, discount_percent, slug, featured, description)
select product_id, name, category, brand, price_vnd, discount_percent, slug, featured, description
  from catalogue
on conflict (id) do update
   set name = excluded.name,
       category = excluded.category,
       brand = excluded.brand,
       price_vnd = excluded.price_vnd,
       discount_percent = excluded.discount_percent,
       slug = excluded.slug,
       featured = excluded.featured,
       description = excluded.description
 where (p.name, p.category, p.brand, p.price_vnd, p.discount_percent, p.slug, p.featured, p.description)
       is distinct from
       (excluded.name, excluded.category, excluded.brand, excluded.price_vnd, excluded.discount_percent, excluded.slug, excluded.featured, excluded.description);

insert into inventory (product_id, stock)
select product_id, stock
  from catalogue
on conflict (product_id) do nothing;
