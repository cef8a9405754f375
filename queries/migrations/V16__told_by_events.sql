-- The plainest account of scopes, sessions and spans, for whoever doubts the rollups.

create function rollups.scopes_of(e public.clickstream_events)
returns table (kind "char", value text)
language sql immutable parallel safe
as $$
    select v.kind, v.value collate "C"
      from (values ('a'::"char", ''),
                   ('c', coalesce(nullif(($1).context_product_category, ''),
                                  case when ($1).context_product_id <> '' or ($1).context_product_name <> '' then 'UNKNOWN' end)),
                   ('b', coalesce(nullif(($1).context_product_brand, ''),
                                  case when ($1).context_product_id <> '' or ($1).context_product_name <> '' then 'UNKNOWN' end)),
                   ('p', nullif(($1).context_product_id, ''))) v (kind, value)
     where v.value is not null
$$;

-- Every session in every scope that it was in: as a whole, with the login state or
-- 'any', and in each state of several.
create function rollups.told_sessions()
returns table (
    scope "char", value text, session_id text, is_part boolean, login text, first_at timestamptz, last_at timestamptz,
    events bigint, carts bigint, completes bigint, is_new boolean, reached integer,
    seconds bigint, wait2 bigint, wait3 bigint, wait4 bigint, hours timestamptz[], times timestamptz[], kinds integer[])
language sql stable
as $$
      with visits as (
        select s.kind as scope, s.value, e.session_id collate "C" as session_id,
               coalesce(e.user_login_state, '') collate "C" as login,
               e.event_timestamp as at, e.event_name, e.is_first_visit
          from public.clickstream_events e
         cross join lateral rollups.scopes_of(e) s
         where e.session_id <> ''
           and rollups.in_calendar(e.event_timestamp)
    ),
    -- Every event counts for its session as a whole, and once more for its part.
    units as (
        select v.scope, v.value, v.session_id, u.is_part, v.at, v.event_name, v.is_first_visit,
               case when v.is_mixed and not u.is_part then 'any' else quote_literal(v.login) end as login
          from (select *, min(login) over s <> max(login) over s as is_mixed
                  from visits
                window s as (partition by scope, value, session_id)) v
         cross join lateral (values (false), (true)) u (is_part)
         where v.is_mixed or not u.is_part
    ),
    step1 as (
        select *, min(at) filter (where event_name = 'product_view') over u as at1
          from units
        window u as (partition by scope, value, session_id, is_part, login)
    ),
    step2 as (
        select *, min(at) filter (where event_name = 'add_to_cart_click' and at >= at1) over u as at2
          from step1
        window u as (partition by scope, value, session_id, is_part, login)
    ),
    step3 as (
        select *, min(at) filter (where event_name = 'checkout_start' and at >= at2) over u as at3
          from step2
        window u as (partition by scope, value, session_id, is_part, login)
    ),
    step4 as (
        select *, min(at) filter (where event_name = 'checkout_complete' and at >= at3) over u as at4
          from step3
        window u as (partition by scope, value, session_id, is_part, login)
    )
    select scope, value, session_id, is_part, login,
           min(at),
           max(at),
           count(*),
           count(*) filter (where event_name = 'add_to_cart_click'),
           count(*) filter (where event_name = 'checkout_complete'),
           coalesce(bool_or(is_first_visit), false),
           num_nonnulls(min(at1), min(at2), min(at3), min(at4)),
           floor(extract(epoch from max(at) - min(at)))::bigint,
           floor(extract(epoch from min(at2) - min(at1)))::bigint,
           floor(extract(epoch from min(at3) - min(at2)))::bigint,
           floor(extract(epoch from min(at4) - min(at3)))::bigint,
           array_agg(distinct date_bin('1 hour', at, 'epoch')),
           -- Of everything, in the order of times.
           array_agg(at order by at, kind) filter (where scope = 'a'),
           array_agg(kind order by at, kind) filter (where scope = 'a')
      from (select *,
                   case event_name when 'product_view' then 1 when 'add_to_cart_click' then 2 when 'checkout_start' then 3
                                   when 'checkout_complete' then 4 else 0 end
                   + case when is_first_visit then 8 else 0 end as kind
              from step4) s
     group by 1, 2, 3, 4, 5
$$;

-- A scope by its number.
create function rollups.scope_named(scope integer, out kind "char", out value text)
language sql stable parallel safe
as $$
    select 'a'::"char", '' where $1 = 0
     union all
    select s.kind, s.value from rollups.scopes s where s.scope_no = $1
$$;

-- The spans that people or sessions must be summed up in, by the days that are closed.
create function rollups.told_spans(wanted text) returns table (scope_no integer, hours integer, starts timestamptz)
language sql stable
as $$
      with closed as (
        select d.scope_no, d.day
          from rollups.days d
         where case $1 when 'people' then d.has_people when 'sessions' then d.has_sessions end
    )
    select scope_no, 24, day from closed
     union all
    select 0, p.hours, s.starts
      from closed
     cross join rollups.parts_of_day($1) p
     cross join lateral generate_series(
         day, day + make_interval(hours => 24 - p.hours), make_interval(hours => p.hours)) as s (starts)
     where scope_no = 0
     union all
    select 0, long.hours, date_bin(make_interval(hours => long.hours), day, 'epoch')
      from closed
     cross join (values (96), (384)) as long (hours)
     where scope_no = 0
     group by 2, 3
    having count(*) = long.hours / 24
$$;
