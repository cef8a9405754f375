-- Which of these orders of the shop does the warehouse lack, or know with another total? They are looked
-- for at any time: an event may come late, or from a clock that is off.
-- $1 order ids, $2 their totals in whole VND.
-- A row for each order that is not the same: its place in $1, from 1; when the warehouse saw it (NULL: it
-- did not); the total there (NULL: no price is known). An order is the earliest checkout_complete of its id.
  with asked as materialized (
    select a.id, a.total, a.place
      from unnest($1::text[], $2::bigint[]) with ordinality a (id, total, place)
),
seen as materialized (
    select a.place, e.event_id, e.event_timestamp, metrics.known_id(e.session_id) as session_id,
           (select o.total from context.orders o where o.event_id = e.event_id) as named_total
      from asked a
     cross join lateral (
         select * from metrics.events_of_order(a.id) order by event_timestamp, event_id limit 1) e
     where metrics.known_id(a.id) is not null
),
-- Without a total of its own an order costs what its items do, which depends on its session.
unnamed as materialized (
    select s.event_id, s.session_id,
           s.session_id is not null
           and (select count(*)
                  from (select from public.clickstream_events e
                         where e.session_id = s.session_id and e.session_id <> ''
                         limit (select session_events + 1 from rollups.settings)) e)
               <= (select session_events from rollups.settings) as has_session
      from seen s
     where s.named_total is null
),
summed as materialized (
    select c.event_id, max(c.amount) as amount
      from metrics.checkouts(array(select distinct session_id from unnamed where has_session),
                             array(select event_id from unnamed where not has_session)) c
     where c.is_order
     group by c.event_id
),
compared as (
    select a.place, a.total, s.event_timestamp as seen_at,
           case when m.amount is null then s.named_total else metrics.whole_vnd(m.amount) end as seen_total
      from asked a
      left join seen s on s.place = a.place
      left join summed m on m.event_id = s.event_id and s.named_total is null
)
select place, seen_at, seen_total
  from compared
 where seen_at is null or seen_total is distinct from total
