-- Fills a warehouse with made-up traffic: one slice of it, so that a large warehouse is made of many
-- statements of moderate size. Both shapes: every third visit is one of the site of today.
--
-- Settings (set bench.… = …): events, days (from 1 December 2025), products, categories, names (of events,
-- 20 at least), visit (events of a visit, on average), slice and slices.
-- What a row is: public.clickstream_events and context.*, as the loader would have written them.
-- Rows go past the triggers: the caller rebuilds the rollups.

drop table if exists pg_temp.shop, pg_temp.visits, pg_temp.made, pg_temp.carts;
select setseed(0.42 + current_setting('bench.slice')::float8 / 1000);

create temporary table shop as
select n, 'p-' || n as id, c,
       coalesce((array['laptop', 'keyboard', 'mouse', 'monitor', 'headphone', 'accessory'])[c], 'category ' || c) as category,
       -- 14 brands for 64 products, 553 for 100,000.
       coalesce((array['Dell', 'ASUS', 'Acer', 'MSI', 'Lenovo', 'Logitech', 'Razer', 'Akko', 'AULA', 'Keychron', 'Samsung', 'LG',
                       'Corsair', 'Sony'])[b], 'brand ' || b) as brand,
       500000 + (n * 7919 % 300) * 100000 as price,
       case when n % 3 = 0 then 450000 + (n * 7919 % 300) * 90000 end as discount,
       row_number() over (partition by c order by n) as place
  from (select n, 1 + floor(current_setting('bench.categories')::integer * power((n - 1) / products::float8, 1.25))::integer as c,
               1 + (n * 5) % floor(1.75 * sqrt(products))::integer as b
          from (select current_setting('bench.products')::integer as products) a, generate_series(1, products) n) n;
create unique index on pg_temp.shop (c, place);
analyze pg_temp.shop;

-- Dictionaries.
insert into context.pages (host, path)
select 'shop.example', path
  from (select unnest('{/,/cart,/checkout,/success,/search}'::text[])
         union select '/category/' || category from pg_temp.shop
         union select '/product/' || id from pg_temp.shop) p (path)
on conflict do nothing;
insert into context.origins (referrer_host, utm_source, utm_medium, utm_campaign, click_id)
values (null, null, null, null, null), ('google.com', null, null, null, null), ('coccoc.com', null, null, null, null),
       ('l.facebook.com', null, null, null, null), ('blog.example', null, null, null, null),
       (null, 'zalo', 'social', '11-11', null), (null, 'newsletter', 'email', 'december', null),
       ('google.com', 'google', 'cpc', 'laptop', 'gclid'), ('l.facebook.com', null, null, null, 'fbclid')
on conflict do nothing;
insert into context.agents (device, browser, os)
select d, b, o
  from unnest('{desktop,mobile}'::text[]) d, unnest('{Chrome,Safari,Firefox,Edge}'::text[]) b, unnest('{Windows,Android,iOS}'::text[]) o
on conflict do nothing;

create temporary table visits as
select s,
       s % 3 = 0 as is_site,
       -- Whom a third of the visits are by was there before.
       'c-' || md5((case when random() < 0.35 then floor(power(random(), 2) * s) else s end / 3.2)::int8::text) as client,
       '2025-12-01'::timestamptz + days * (s + random() * 200) / visits * interval '1 day'
           + sin(random() * 6.28) * interval '3 hours' as started,
       random() as login,
       greatest(1, floor(-visit * ln(1 - random())))::integer as n,
       1 + floor(categories * power(random(), 1.6))::integer as c,
       random() as first_taste,
       random() as second_taste,
       random() as third_taste,
       case when random() < 0.4 then 0 else 1 + floor(random() * 8)::integer end as origin_place,
       floor(random() * 24)::integer as agent_place
  from (select current_setting('bench.events')::float8 / current_setting('bench.visit')::float8 as visits,
               current_setting('bench.days')::float8 as days, current_setting('bench.visit')::float8 as visit,
               current_setting('bench.categories')::integer as categories,
               current_setting('bench.slice')::float8 as slice, current_setting('bench.slices')::float8 as slices) a,
       generate_series(1 + floor(visits * slice / slices)::bigint, floor(visits * (slice + 1) / slices)::bigint) s;

-- The events of each visit, most of them about few products of one category.
create temporary table made as
select gen_random_uuid() as event_id, b.*, started + t as at,
       case when name like 'checkout%' then 'o-' || s || '-' || i end as order_id,
       p.id as product_id, p.category, p.brand, p.price, p.discount, p.n as product_no,
       case when name = 'add_to_cart_click' then (array[1, 1, 1, 1, 1, 1, 2, 3])[1 + s % 8] end as quantity
  from (select s, i, is_site, client, login, started, c, places, origin_place, agent_place,
               sum(-25 * ln(1 - random())) over (partition by s order by i) * interval '1 second' as t,
               login < 0.2 or (login < 0.23 and i > n / 2) as is_member,
               case when i = 1 or u < .2 then 'page_view' when u < .39 then 'click' when u < .43 then 'home_view'
                    when u < .44 then case when is_site then 'click' else 'search' end
                    when u < .53 then 'category_view' when u < .83 then 'product_view' when u < .90 then 'add_to_cart_click'
                    when u < .92 then 'wishlist_toggle' when u < .93 then 'remove_from_cart_click'
                    when u < .95 then 'checkout_start' when u < .962 then 'checkout_complete' when u < .97 then 'share_click'
                    else 'shop_event_' || floor(names * power(random(), 2))::integer end as name,
               case when w < .6 then first_taste when w < .85 then second_taste when w < .95 then third_taste
                    else random() end as taste
          from (select v.*, k.places, i, random() as u, random() as w, current_setting('bench.names')::integer - 14 as names
                  from pg_temp.visits v
                  left join (select c, count(*) as places from pg_temp.shop group by 1) k using (c)
                 cross join generate_series(1, n) i) a) b
  left join pg_temp.shop p
    on p.c = b.c and p.place = 1 + floor(b.places * power(b.taste, 1.5))::bigint
   and name not in ('page_view', 'click', 'home_view', 'search');
-- One thank-you page in twelve is reloaded.
insert into pg_temp.made
select (jsonb_populate_record(m, jsonb_build_object('event_id', gen_random_uuid(), 'at', at + interval '20 seconds'))).*
  from pg_temp.made m where name = 'checkout_complete' and random() < 0.08;
analyze pg_temp.made;

-- What is ordered: what the visit has put into the cart so far, or else the product looked at.
create temporary table carts as
select o.event_id, o.is_site, a.product_id, a.product_no, a.category, a.brand, a.price, a.discount, sum(coalesce(a.quantity, 1)) as quantity
  from pg_temp.made o
  join pg_temp.made a
    on a.s = o.s and (a.name = 'add_to_cart_click' and a.i < o.i or a.event_id = o.event_id)
   and a.product_id is not null
 where o.name in ('checkout_start', 'checkout_complete')
 group by 1, 2, 3, 4, 5, 6, 7, 8;

insert into context.events (event_id, page_no, origin_no, agent_no, quantity)
  with origins as materialized (
    select row_number() over (order by origin_no) - 1 as place, origin_no from context.origins order by origin_no limit 9
),
agents as materialized (
    select row_number() over (order by agent_no) - 1 as place, agent_no from context.agents order by agent_no limit 24
)
select m.event_id, p.page_no, o.origin_no, a.agent_no, case when not m.is_site then m.quantity end
  from pg_temp.made m
  join context.pages p
    on p.host = 'shop.example'
   and p.path = case when name = 'home_view' or product_id is null and name <> 'search' then '/' when name = 'search' then '/search'
                     when name = 'category_view' then '/category/' || category when name = 'checkout_start' then '/checkout'
                     when name = 'checkout_complete' then '/success' else '/product/' || product_id end
  join origins o on o.place = case when m.i = 1 then m.origin_place else 0 end
  join agents a on a.place = m.agent_place;

insert into context.orders (event_id, order_id, order_number, total, cart_id)
select m.event_id, case when name = 'checkout_complete' then m.order_id end, case when name = 'checkout_complete' then 'N' || m.order_id end,
       c.total, case when name = 'checkout_start' then 'cart-' || s end
  from pg_temp.made m
  left join (select event_id, sum(coalesce(discount, price) * quantity) as total from pg_temp.carts group by 1) c using (event_id)
 where m.order_id is not null;

insert into context.items (event_id, item_no, product_id, product_name, category, brand, price, discount_price, quantity)
select c.event_id, row_number() over (partition by c.event_id order by c.product_id), c.product_id,
       'Bàn phím AULA M75 TM ' || c.product_no, c.category, c.brand, c.price, c.discount, c.quantity
  from pg_temp.carts c
  join pg_temp.made m on m.event_id = c.event_id and m.name = 'checkout_complete'
 where not c.is_site;

insert into context.searches (event_id, query, results)
select event_id, 'ban phim ' || s % 50, s % 40 from pg_temp.made where name = 'search';

insert into public.clickstream_events
select event_id, at, name,
       case when is_member and tells_user then 'us-' || abs(hashtext(client)) % 100000 end,
       case when not tells_user then 'anonymous' when is_member then 'logged_in' when login > 0.97 then null
            when login > 0.93 then 'guest' else 'anonymous' end,
       case when not tells_user then null when is_member then 'cognito_email' else 'anonymous' end,
       client, 's-' || md5(s::text), login > 0.6 and (not is_site or i = 1),
       case when has_product then product_id when name = 'category_view' and is_site then category end,
       case when has_product then 'Bàn phím AULA M75 TM ' || product_no end,
       case when has_product or name = 'category_view' then category end,
       case when has_product then brand end,
       case when has_product then price end,
       case when not has_product then null when is_site and s % 30 = 0 then 10 else discount end,
       case when has_product then '/product/' || product_id end
  from (select m.*, not is_site or name in ('page_view', 'click') as tells_user,
               product_id is not null and name not in ('category_view', 'checkout_start', 'checkout_complete') as has_product
          from pg_temp.made m) m
 order by at;
