-- Sessions that are kept otherwise than their events tell: as a whole, and in
-- each login state of those with several. $1 how many to name.
with visits as (
    select session_id collate "C" as session_id,
           coalesce(user_login_state, '') collate "C" as login,
           event_timestamp as at,
           event_name,
           is_first_visit
      from public.clickstream_events
     where session_id <> ''
       and rollups.in_calendar(event_timestamp)
),
-- Every event counts for its session as a whole, and once more for its part.
units as (
    select v.session_id, u.is_part, v.at, v.event_name, v.is_first_visit,
           case when v.is_mixed and not u.is_part then 'any' else quote_literal(v.login) end as login
      from (select *, min(login) over s <> max(login) over s as is_mixed
              from visits
            window s as (partition by session_id)) v
     cross join lateral (values (false), (true)) u (is_part)
     where v.is_mixed or not u.is_part
),
step1 as (
    select *, min(at) filter (where event_name = 'product_view') over u as at1
      from units
    window u as (partition by session_id, is_part, login)
),
step2 as (
    select *, min(at) filter (where event_name = 'add_to_cart_click' and at >= at1) over u as at2
      from step1
    window u as (partition by session_id, is_part, login)
),
step3 as (
    select *, min(at) filter (where event_name = 'checkout_start' and at >= at2) over u as at3
      from step2
    window u as (partition by session_id, is_part, login)
),
step4 as (
    select *, min(at) filter (where event_name = 'checkout_complete' and at >= at3) over u as at4
      from step3
    window u as (partition by session_id, is_part, login)
),
counted as (
    select session_id, is_part, login,
           min(at) as first_at,
           max(at) as last_at,
           count(*) as events,
           count(*) filter (where event_name = 'add_to_cart_click') as carts,
           count(*) filter (where event_name = 'checkout_complete') as completes,
           coalesce(bool_or(is_first_visit), false) as is_new,
           num_nonnulls(min(at1), min(at2), min(at3), min(at4)) as reached,
           floor(extract(epoch from min(at2) - min(at1)))::bigint as wait2,
           floor(extract(epoch from min(at3) - min(at2)))::bigint as wait3,
           floor(extract(epoch from min(at4) - min(at3)))::bigint as wait4,
           array_agg(distinct date_bin('1 hour', at, 'epoch')) as hours
      from step4
     group by 1, 2, 3
),
kept as (
    select s.session_id collate "C" as session_id, s.is_part,
           case when s.login_no is null then 'any' else quote_literal(l.word) end as login,
           s.first_at, s.last_at, s.events, s.carts, s.completes, s.is_new, s.reached::integer as reached,
           s.wait2, s.wait3, s.wait4,
           (select array_agg(hour order by hour) from unnest(s.hours) as hour) as hours,
           s.span
      from rollups.sessions s
      left join rollups.words l on l.word_no = s.login_no
)
select format('session %L, login %s%s', session_id, login, case when is_part then ', in part' end) as place,
       case when k.events is null then 'nothing'
            else format('%s to %s in %s hours, %s events, %s carts, %s checkouts, new %s, step %s, waits %s, span %s',
                        k.first_at at time zone 'UTC', k.last_at at time zone 'UTC', cardinality(k.hours), k.events,
                        k.carts, k.completes, k.is_new, k.reached, array[k.wait2, k.wait3, k.wait4], k.span) end as kept,
       case when c.events is null then 'nothing'
            else format('%s to %s in %s hours, %s events, %s carts, %s checkouts, new %s, step %s, waits %s',
                        c.first_at at time zone 'UTC', c.last_at at time zone 'UTC', cardinality(c.hours), c.events,
                        c.carts, c.completes, c.is_new, c.reached, array[c.wait2, c.wait3, c.wait4]) end as counted,
       count(*) over () as in_all
  from kept k
  full join counted c using (session_id, is_part, login)
 where (k.first_at, k.last_at, k.events, k.carts, k.completes, k.is_new, k.reached, k.wait2, k.wait3, k.wait4, k.hours)
       is distinct from
       (c.first_at, c.last_at, c.events, c.carts, c.completes, c.is_new, c.reached, c.wait2, c.wait3, c.wait4, c.hours)
    -- A session that lasted longer than its span says would not be found.
    or k.last_at - k.first_at > interval '1 hour' * power(4, k.span)
 order by session_id, is_part, login
 limit $1
