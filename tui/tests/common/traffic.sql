-- Sessions of a made-up shop, the same for the same arguments: $1 of them, the
-- last one starting just before $2, spread over $3 hours, thinner at night.
with shop (product_id, name, category, brand, price, discount) as (
    values
        ('p-1', 'Bàn phím AULA M75 TM', 'keyboard', 'AULA', 1990000, 1790000),
        ('p-2', 'Laptop ASUS Vivobook 15 OLED', 'laptop', 'ASUS', 16490000, null),
        ('p-3', 'Tai nghe Sony WH-1000XM5', 'headphone', 'Sony', 7990000, 6990000),
        ('p-4', 'Màn hình LG UltraGear 27 inch', 'monitor', 'LG', 6290000, null),
        ('p-5', 'Chuột Logitech MX Master 3S', 'mouse', 'Logitech', 2390000, 2190000),
        ('p-6', 'Giá đỡ màn hình', null, null, 450000, null)
),
sessions as (
    select s,
           abs(hashint4(s)::bigint) as dice,
           $2::timestamptz
               - make_interval(secs => $3::float8 * 3600 * ((s - 0.5) / $1::float8)
                   + 1500 * (1.2 + sin(s))) as started
      from generate_series(1, $1::int) s
),
steps as (
    select s.*, step.*
      from sessions s
     cross join lateral (
        values
            (1, 'page_view', 100, 0), (2, 'home_view', 60, 3), (3, 'product_view', 92, 20),
            (4, 'click', 70, 35), (5, 'product_view', 55, 61), (6, 'wishlist_toggle', 8, 70),
            (7, 'add_to_cart_click', 34, 95), (8, 'login_success', 15, 130),
            (9, 'checkout_start', 19, 170), (10, 'checkout_complete', 11, 260)
     ) as step (at, event_name, percent, seconds)
     where s.dice % 100 < step.percent
       and extract(hour from s.started) * 7919 % 24 >= s.dice % 9
)
insert into public.clickstream_events
select md5('traffic' || s || '/' || at)::uuid,
       started + make_interval(secs => seconds + s % 7),
       event_name,
       case when s % 3 = 0 then 'us-' || s % 97 end,
       case s % 7 when 0 then 'guest' when 1 then null when 3 then 'logged_in' when 6 then 'logged_in'
                  else 'anonymous' end,
       case when s % 3 = 0 then 'cognito_email' else 'anonymous' end,
       'c-' || s % 411,
       's-' || s,
       s % 5 = 0,
       case when event_name like '%\_view' or event_name ~ 'cart|checkout' then product_id end,
       case when event_name like '%\_view' or event_name ~ 'cart|checkout' then shop.name end,
       case when event_name like '%\_view' or event_name ~ 'cart|checkout' then category end,
       case when event_name like '%\_view' or event_name ~ 'cart|checkout' then brand end,
       case when event_name like '%\_view' or event_name ~ 'cart|checkout' then price end,
       case when event_name like '%\_view' or event_name ~ 'cart|checkout' then discount end,
       case when event_name like '%\_view' or event_name ~ 'cart|checkout' then '/product/' || product_id end
  from steps
  join shop on shop.product_id = 'p-' || 1 + dice % 13 % 6
