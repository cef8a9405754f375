-- Their context first, as the loader does: pages and sources with markup, marks of direction and
-- no words at all; an order that is sent twice, one whose id is no id, a total that no double holds.
insert into context.pages (host, path)
values ('edges.example.com', '/'), ('edges.example.com', '/<b>danh mục</b>/bàn-phím'), ('', U&'/\202Eabc\202C\200B')
    on conflict do nothing;
insert into context.origins (referrer_host, utm_source, utm_medium, utm_campaign, click_id)
values ('m.facebook.com', null, null, null, null), (null, '<i>newsletter</i>', 'email', 'tết', null), (null, null, null, null, 'zaloclid')
    on conflict do nothing;
insert into context.agents (device, browser, os) values ('mobile', 'Chrome', 'Android'), ('bot', null, null)
    on conflict do nothing;

with numbers as (
    select array(select page_no from context.pages where host in ('edges.example.com', '') order by path collate "C") as pages,
           array(select origin_no from context.origins
                  where utm_source = '<i>newsletter</i>'
                     or num_nulls(utm_source, utm_medium, utm_campaign) = 3
                    and (referrer_host = 'm.facebook.com' and click_id is null or referrer_host is null and click_id = 'zaloclid')
                  order by utm_source, click_id) as origins,
           array(select agent_no from context.agents
                  where (device, browser, os) = ('mobile', 'Chrome', 'Android') or device = 'bot' and num_nulls(browser, os) = 2
                  order by device) as agents
)
insert into context.events (event_id, page_no, origin_no, agent_no, quantity)
select md5('edge ' || n)::uuid, pages[1 + n % 3], origins[1 + n % 3], case when n % 4 > 0 then agents[1 + n % 2] end, nullif(n % 3, 0)
  from numbers, unnest(array[1, 2, 3, 4, 6, 7, 8, 10, 11, 13, 14, 16]) n;

insert into context.orders (event_id, order_id, total)
select md5('edge ' || n)::uuid, order_id, total
  from (values (14, 'ĐH-1', null), (15, 'ĐH-1', 5000), (16, 'undefined', 9007199254740993)) as o (n, order_id, total);

insert into context.items (event_id, item_no, product_id, product_name, category, brand, price, discount_price, quantity)
values (md5('edge 16')::uuid, 1, 'p-6', '<i>tai nghe</i>', 'headphone', null, 9223372036854775807, null, 3),
       (md5('edge 16')::uuid, 2, null, U&'\202Echỉ có tên', '', 'Hãng Việt', 200, 1, null),
       (md5('edge 16')::uuid, 3, 'p-5', 'Chuột', 'mouse', 'Logitech', null, null, 2);

-- Events with an edge, on 1 December 2025: login states that are missing, empty or
-- look like something else; names in decomposed Vietnamese, with quotes, markup,
-- marks of direction and no room at all; prices that no double holds; instants at
-- the ends of hours, a microsecond apart; sessions that change who is logged in.
insert into public.clickstream_events
select md5('edge ' || n)::uuid,
       timestamptz '2025-12-01T00:00:00Z' + at,
       event_name,
       user_id,
       login,
       case n % 3 when 0 then '' when 1 then 'cognito_email' end,
       case n % 5 when 0 then '' when 1 then null else 'c-' || n % 4 end,
       session_id,
       n % 4 = 0,
       product_id, product_name, category, brand, price, discount,
       case when product_id <> '' then '/product/' || product_id end
  from (values
    (1, interval '0', 'product_view', null, null, 's,1"', 'p-1', 'Bàn phím cơ', 'bàn phím', 'Hãng Việt', 1990000, 1790000),
    (2, interval '1 microsecond', 'add_to_cart_click', 'us-1', '', 's,1"', 'p-1', U&'Ba\0300n phi\0301m', U&'ba\0300n phi\0301m', 'Hãng Việt', 1990000, null),
    (3, interval '3599.999999 seconds', 'checkout_start', 'us-1', 'logged_in', 's,1"', 'p-1', 'Bàn phím cơ', 'bàn phím', '', 1990000, 0),
    (4, interval '1 hour', 'checkout_complete', 'us-1', 'logged_in', 's,1"', 'p-1', 'Bàn phím cơ', null, null, 9223372036854775807, null),
    (5, interval '1 hour 1 microsecond', 'checkout_complete', null, 'unknown', E's''2\\', 'p-2', '<script>alert(1)</script>', '<b>bold</b>', '"quoted" & ''cut''', 9223372036854775807, 9223372036854775806),
    (6, interval '2 hours 0.123456 seconds', 'product_view', null, 'UNKNOWN', E's''2\\', 'p-2', U&'\202Eabc\202C\200B\00AD', 'UNKNOWN', 'UNKNOWN', 9007199254740993, null),
    (7, interval '2 hours 0.12 seconds', 'product_view', '', 'NA', 'NA', 'NA', 'NA', 'NA', 'NA', null, null),
    (8, interval '2 hours 0.1 seconds', 'add_to_cart_click', 'null', 'null', '', '', 'chỉ có tên', 'NULL', 'null', -1, 5),
    (9, interval '5 hours', 'share_click', 'us-2', $$it's \$1, {"a":1} and a comma$$, 's-3', null, null, null, null, null, null),
    (10, interval '5 hours', 'tim_kiếm', 'us-2', 'guest', 's-3', 'p-3', E'two\nlines\tand 漢字 🎧', E'a\\b', '{x,y}', 2147483648, 2147483647),
    (11, interval '5 hours', 'product_view', null, 'guest', 's-3', 'p-3', repeat('dài ', 200), 'keyboard', 'AULA', 0, 0),
    (12, interval '23:59:59.999999', 'checkout_complete', null, null, null, 'p-4', 'Chuột', 'mouse', 'Logitech', 1.5e6, 1.4e6),
    (13, interval '6 hours', 'add_to_cart_click', 'us-3', 'khách vãng lai', 's-4', 'p-5', 'Chuột', 'mouse', 'Logitech', 500000, 5000),
    (14, interval '6 hours 10 seconds', 'checkout_complete', 'us-3', 'logged_in', 's-4', null, null, null, null, null, null),
    (15, interval '6 hours 20 seconds', 'checkout_complete', 'us-3', 'logged_in', 's-4', null, null, null, null, null, null),
    (16, interval '7 hours', 'checkout_complete', 'us-3', 'logged_in', 's-4', null, null, null, null, null, null)
  ) as e (n, at, event_name, user_id, login, session_id, product_id, product_name, category, brand, price, discount);

insert into etl.runs (started_at, finished_at, status, trigger, scope, objects, inserted, duplicates, rejected, error)
values ('2025-12-01T01:00:00.5Z', null, 'failed', 'manual', 'new', 3, 0, 0, 1, U&'Kh\00F4ng \0111\1ECDc \0111\01B0\1EE3c "<i>key</i>"');
