-- About events as many as `bench.events` says, over `bench.days` days from 1 December 2025: visits of about twelve
-- events, most of them about few products of one category, some logged in, every
-- third by somebody who was there before.
select setseed(0.42);

create temporary table shop as
select n,
       'p-' || n as id,
       (array['laptop', 'keyboard', 'mouse', 'monitor', 'headphone', 'accessory'])[c] as category,
       c,
       (array['Dell', 'ASUS', 'Acer', 'MSI', 'Lenovo', 'Logitech', 'Razer', 'Akko', 'AULA', 'Keychron', 'Samsung', 'LG',
              'Corsair', 'Sony'])[1 + (n * 5) % 14] as brand,
       500000 + (n * 7919 % 300) * 100000 as price,
       case when n % 3 = 0 then 450000 + (n * 7919 % 300) * 90000 end as discount,
       row_number() over (partition by c order by n) as place,
       count(*) over (partition by c) as places
  from (select n,
               case when n <= 16 then 1 when n <= 28 then 2 when n <= 40 then 3 when n <= 48 then 4 when n <= 56 then 5 else 6 end as c
          from generate_series(1, 64) n) n;

create temporary table asked as
select current_setting('bench.events')::float8 / 12 as visits, current_setting('bench.days')::float8 as days;

create temporary table visits as
select s,
       -- Whom a third of the visits are by was there before.
       'c-' || md5((case when random() < 0.35 then floor(power(random(), 2) * s) else s end / 3.2)::int8::text) as client,
       '2025-12-01'::timestamptz + a.days * (s + random() * 200) / a.visits * interval '1 day'
           + sin(random() * 6.28) * interval '3 hours' as started,
       random() as login,
       greatest(1, floor(-12 * ln(1 - random())))::integer as n,
       1 + floor(6 * power(random(), 1.6))::integer as c,
       random() as first_taste,
       random() as second_taste,
       random() as third_taste
  from asked a, generate_series(1, a.visits::bigint) s;

insert into public.clickstream_events
select gen_random_uuid(), started + t, b.name,
       case when is_member then 'us-' || abs(hashtext(client)) % 100000 end,
       case when is_member then 'logged_in' when login > 0.97 then null else 'anonymous' end,
       case when is_member then 'cognito_email' else 'anonymous' end,
       client, 's-' || md5(s::text), place_in_visit = 1 and login > 0.6,
       p.id, case when p.n is not null then 'Bàn phím AULA M75 TM ' || p.n end, p.category, p.brand, p.price, p.discount,
       '/product/' || p.id
  from (select s, client, login, started, i as place_in_visit, c,
               sum(-25 * ln(1 - random())) over (partition by s order by i) * interval '1 second' as t,
               login < 0.2 or (login < 0.23 and i > n / 2) as is_member,
               case when u < .2 then 'page_view' when u < .4 then 'click' when u < .46 then 'home_view'
                    when u < .56 then 'category_view' when u < .86 then 'product_view' when u < .93 then 'add_to_cart_click'
                    when u < .95 then 'wishlist_toggle' when u < .96 then 'remove_from_cart_click'
                    when u < .98 then 'checkout_start' when u < .992 then 'checkout_complete' else 'share_click' end as name,
               case when u >= .56
                    then case when w < .6 then first_taste when w < .85 then second_taste when w < .95 then third_taste
                              else random() end end as taste
          from (select v.*, i, random() as u, random() as w from visits v, generate_series(1, n) i) a) b
  left join shop p on p.c = b.c and p.place = 1 + floor(p.places * power(b.taste, 1.5))
 order by started + t;
