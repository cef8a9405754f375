-- How long sessions were, and how far they went.

-- The sessions of a range that whole seconds of a measure are known of: 1 the
-- duration, 2 to 4 the wait for a step of the standard funnel. How many, two
-- percentiles, and for each class of duration its sessions.
create function rollups.seconds_of(
    from_time timestamptz, to_time timestamptz, login text, measure smallint, fractions float8[]
) returns table (sessions bigint, percentiles bigint[], classes bigint[])
language sql stable
set plan_cache_mode = force_custom_plan
as $$
      with cut as materialized (select d1, d2, rollups.login_no($3) as asked from rollups.cut($1, $2)),
    beside as materialized (
        select b.sign,
               case $4 when 1 then b.seconds when 2 then b.wait2 when 3 then b.wait3 else b.wait4 end as seconds
          from cut, rollups.sessions_beside($1, $2, $3, cut.d1, cut.d2) b
    ),
    steps as materialized (
        select step, sum(sessions)::bigint as sessions, sum(sum(sessions)) over (order by step)::bigint as up_to
          from (select s.seconds as step, sum(s.sessions) as sessions
                  from cut, rollups.session_seconds s
                 where s.measure = $4 and not s.is_exact and s.day >= cut.d1 and s.day < cut.d2
                   and rollups.is_of(s.is_part, s.login_no, cut.asked)
                 group by 1
                 union all
                select rollups.coarse(seconds), sum(sign) from beside where seconds is not null group by 1) s
         group by 1
    ),
    total as materialized (select coalesce(sum(sessions), 0)::bigint as sessions from steps),
    -- Where each percentile is: the step, how many come before it, which one it is.
    wanted as materialized (
        select f.place,
               s.step,
               (select min(n.step) from steps n where n.step > s.step and n.sessions <> 0) as next_step,
               greatest(ceil(f.fraction::numeric * t.sessions), 1) - (s.up_to - s.sessions) as nth
          from total t
         cross join unnest($5) with ordinality as f (fraction, place)
         cross join lateral (
             select * from steps s
              where s.up_to >= greatest(ceil(f.fraction::numeric * t.sessions), 1)
              order by s.step
              limit 1) s
    ),
    exact as (
        select w.place, w.nth, e.seconds, sum(e.sessions) as sessions
          from wanted w
         cross join lateral (
             select s.seconds, s.sessions
               from cut
              cross join lateral generate_series(cut.d1, cut.d2 - interval '1 day', interval '24 hours') as day
              cross join lateral (
                  select *
                    from rollups.session_seconds x
                   where x.measure = $4 and x.is_exact and x.day = day.day
                     and x.seconds >= w.step and (x.seconds < w.next_step or w.next_step is null)) s
              where rollups.is_of(s.is_part, s.login_no, cut.asked)
              union all
             select b.seconds, b.sign
               from beside b
              where b.seconds >= w.step and (b.seconds < w.next_step or w.next_step is null)) e
         group by 1, 2, 3
    ),
    found as (
        select place, min(seconds) as seconds
          from (select place, nth, seconds, sum(sessions) over (partition by place order by seconds) as up_to from exact) e
         where up_to >= nth
         group by 1
    )
    select t.sessions,
           (select array_agg(f.seconds order by p.place)
              from generate_subscripts($5, 1) as p (place) left join found f using (place)),
           (select array[coalesce(sum(s.sessions) filter (where step = 0), 0),
                         coalesce(sum(s.sessions) filter (where step between 1 and 10), 0),
                         coalesce(sum(s.sessions) filter (where step between 11 and 60), 0),
                         coalesce(sum(s.sessions) filter (where step between 61 and 300), 0),
                         coalesce(sum(s.sessions) filter (where step between 301 and 900), 0),
                         coalesce(sum(s.sessions) filter (where step between 901 and 1800), 0),
                         coalesce(sum(s.sessions) filter (where step > 1800), 0)]::bigint[]
              from steps s)
      from total t
$$;

create function metrics.session_lengths(
    from_time timestamptz, to_time timestamptz,
    login text, category text, brand text, product text, event text
) returns table (
    sessions bigint, events bigint, median_seconds bigint, p90_seconds bigint,
    bounces bigint, new_sessions bigint, classes bigint[])
language plpgsql stable
set plan_cache_mode = force_custom_plan
as $$
begin
    if rollups.has(from_time, to_time, login, category, brand, product, event) then
        return query
        select t.sessions, t.events, l.percentiles[1], l.percentiles[2], t.bounces, t.new_sessions, l.classes
          from rollups.session_totals(from_time, to_time, login) t,
               rollups.seconds_of(from_time, to_time, login, 1::smallint, array[0.5, 0.9]) l;
        return;
    end if;
    return query
      with facts as (
        select count(*) as events,
               floor(extract(epoch from max(k.event_timestamp) - min(k.event_timestamp)))::bigint as seconds,
               bool_or(k.is_first_visit) as first_visit
          from metrics.kept_events($1, $2, $3, $4, $5, $6, $7) k
         where k.session_id <> ''
         group by k.session_id collate "C"
    ),
    totals as (
        select count(*) as sessions,
               coalesce(sum(f.events), 0)::bigint as events,
               percentile_disc(array[0.5, 0.9]) within group (order by f.seconds) as percentiles,
               count(*) filter (where f.events = 1) as bounces,
               count(*) filter (where f.first_visit) as new_sessions,
               array[count(*) filter (where f.seconds = 0),
                     count(*) filter (where f.seconds between 1 and 10),
                     count(*) filter (where f.seconds between 11 and 60),
                     count(*) filter (where f.seconds between 61 and 300),
                     count(*) filter (where f.seconds between 301 and 900),
                     count(*) filter (where f.seconds between 901 and 1800),
                     count(*) filter (where f.seconds > 1800)] as classes
          from facts f
    )
    select t.sessions, t.events, t.percentiles[1], t.percentiles[2], t.bounces, t.new_sessions, t.classes
      from totals t;
end
$$;

-- How many sessions of a range reached each step of the standard funnel, and the
-- median wait for it. Only where there are rollups for the filter.
create function rollups.standard_funnel(from_time timestamptz, to_time timestamptz, login text)
returns table (step integer, sessions bigint, median_seconds bigint)
language plpgsql stable
set plan_cache_mode = force_custom_plan
as $$
declare
    cut record;
    asked constant integer := rollups.login_no(login);
    entered bigint;
begin
    cut := rollups.cut(from_time, to_time);
    select coalesce(sum(s.entered), 0) into entered
      from (select c.reached[1] as entered
              from rollups.pieces(from_time, to_time) p
              join rollups.session_counts c on c.grain = p.grain and c.bucket >= p.starts and c.bucket < p.ends
             where rollups.is_of(c.is_part, c.login_no, asked)
             union all
            select b.sign * (b.reached >= 1)::integer
              from rollups.sessions_beside(from_time, to_time, login, cut.h1, cut.h2) b) s;
    return query select 1, entered, null::bigint;
    -- Who waited for a step reached it.
    return query
    select n, s.sessions, s.percentiles[1]
      from generate_series(2, 4) as n
     cross join lateral rollups.seconds_of(from_time, to_time, login, n::smallint, array[0.5]) s
     where s.sessions > 0;
end
$$;
