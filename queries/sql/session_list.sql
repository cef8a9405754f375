-- The sessions themselves, the newest start first, a page at a time.
-- $1 from, $2 to, $3 login, $4 category, $5 brand, $6 product, $7 event,
-- $8 the steps' event names, in order: how far each session went along them,
-- $9 a step: only sessions that reached it; NULL: all,
-- $10 only those that did not reach the step after it,
-- $11 and $12 started_at and session_id of the last session seen, or NULL, $13 limit.
with recursive steps as (
    select s.step::int4 as step,
           s.event_name,
           -- A name is known by the first step that has it.
           array_position($8::text[], s.event_name) as name,
           (select max(b.step)::int4
              from unnest($8::text[]) with ordinality as b (event_name, step)
             where b.event_name = s.event_name and b.step < s.step) as same_before
      from unnest($8::text[]) with ordinality as s (event_name, step)
),
-- The order is known from little; all else is asked about few sessions, in the time
-- that they span.
candidates as (
    select *
      from metrics.session_starts($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
),
-- How far: the walk of metrics.funnel_counts, where it is explained.
walks as (
    select c.session_id,
           array_agg(array_position($8::text[], k.event_name) order by k.event_timestamp, k.event_id) as names,
           array_agg(k.event_timestamp order by k.event_timestamp, k.event_id) as times
      from candidates c
     cross join lateral (
         select *
           from metrics.kept_events(c.started_at, c.last_at + interval '1 microsecond', $3, $4, $5, $6, $7) e
          where e.session_id = c.session_id
            and e.session_id <> ''
            and e.event_name = any ($8::text[])
         offset 0) k
     group by c.session_id
),
reached as (
    select 1 as step,
           session_id,
           names,
           times,
           array[array_position(names, 1)] as used
      from walks
     where array_position(names, 1) is not null
     union all
    select s.step,
           r.session_id,
           r.names,
           r.times,
           r.used || next.place
      from reached r
      join steps s on s.step = r.step + 1
     cross join lateral (
        select min(place) as place
          from generate_subscripts(r.names, 1) as place
         where r.names[place] = s.name
           and r.times[place] >= r.times[r.used[r.step]]
           and (s.same_before is null or place > r.used[s.same_before])
      ) as next
     where next.place is not null
),
furthest as (
    select session_id,
           max(step) as step
      from reached
     group by session_id
),
page as (
    select c.session_id,
           c.started_at,
           c.last_at,
           coalesce(f.step, 0) as furthest_step
      from candidates c
      left join furthest f on f.session_id = c.session_id
     where $9::int4 is null
        or (f.step >= $9::int4 and (f.step = $9::int4 or not $10::boolean))
     order by c.started_at desc, c.session_id collate "C"
     limit $13::int8
)
select p.session_id,
       -- Whoever the session was last known to be.
       (array_agg(k.client_id order by k.event_timestamp desc, k.event_id desc)
           filter (where k.client_id <> ''))[1] as client_id,
       (array_agg(k.user_id order by k.event_timestamp desc, k.event_id desc)
           filter (where k.user_id <> ''))[1] as user_id,
       p.started_at,
       p.last_at,
       count(*)::int8 as events,
       count(*) filter (where k.event_name = 'product_view')::int8 as product_views,
       count(*) filter (where k.event_name = 'add_to_cart_click')::int8 as add_to_carts,
       count(*) filter (where k.event_name = 'checkout_complete')::int8 as checkout_completes,
       metrics.whole_vnd(sum(metrics.effective_price(k.context_product_price, k.context_product_discount_price))
           filter (where k.event_name = 'checkout_complete')) as revenue_vnd,
       p.furthest_step
  from page p
 cross join lateral (
     select *
       from metrics.kept_events(p.started_at, p.last_at + interval '1 microsecond', $3, $4, $5, $6, $7) e
      where e.session_id = p.session_id
        and e.session_id <> ''
     offset 0) k
 group by p.session_id, p.started_at, p.last_at, p.furthest_step
 order by p.started_at desc, p.session_id collate "C"
