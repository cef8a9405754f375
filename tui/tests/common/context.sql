-- What the raw files say of the events of traffic.sql besides: $1 sessions, each on pages of the
-- shop, from one of four sources and with one of three devices; every fifth says nothing.
with pages as (
    insert into context.pages (host, path)
    values ('shop.example.com', '/'), ('shop.example.com', '/category/bàn-phím'), ('shop.example.com', '/product/p-1')
    returning page_no
),
origins as (
    insert into context.origins (referrer_host, utm_source, utm_medium, utm_campaign, click_id)
    values (null, null, null, null, null), ('google.com', null, null, null, null),
           (null, 'facebook', 'cpc', 'black-friday', 'fbclid'), ('so-sanh-gia.example.com', null, null, null, null)
    returning origin_no
),
agents as (
    insert into context.agents (device, browser, os)
    values ('mobile', 'Chrome', 'Android'), ('desktop', 'Edge', 'Windows'), ('tablet', 'Safari', 'iOS')
    returning agent_no
),
numbers as (
    select array(select page_no from pages order by page_no) as pages,
           array(select origin_no from origins order by origin_no) as origins,
           array(select agent_no from agents order by agent_no) as agents
)
insert into context.events (event_id, page_no, origin_no, agent_no, quantity)
select md5('traffic' || s || '/' || at)::uuid,
       pages[1 + (s + at) % 3],
       origins[1 + s % 4],
       agents[1 + s % 3],
       case when at >= 7 then 1 + s % 2 end
  from numbers, generate_series(1, $1::int) s, generate_series(1, 10) at
 where s % 5 <> 0
