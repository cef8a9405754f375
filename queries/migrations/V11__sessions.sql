-- How long sessions were, and how far they went.

-- The sessions of a range that whole seconds of a measure are known of: 1 the
-- duration, 2 to 4 the wait for a step of the standard funnel. How many, two
-- percentiles, and for each class of duration its sessions.
create function rollups.seconds_of(
    from_time timestamptz, to_time timestamptz, login text, category text, brand text, product text,
    beside rollups.session_change[], measure smallint, fractions float8[]
) returns table (sessions bigint, percentiles bigint[], classes bigint[])
language plpgsql stable
set plan_cache_mode = force_custom_plan set work_mem = '64MB'
as $$
declare
    cut record := rollups.cut(from_time, to_time);
    asked constant integer := rollups.login_no(login);
    scope constant integer := rollups.scope_of(category, brand, product);
    starts constant bigint[] := rollups.steps();
begin
    return query
      with closed as materialized (
        select s.day, s.band, s.steps, s.seconds
          from rollups.days d
          join rollups.session_seconds s on s.scope_no = scope and s.measure = $8 and s.day = d.day
         where d.scope_no = scope and d.day >= cut.d1 and d.day < cut.d2
           and d.has_sessions
           and rollups.is_of(s.is_part, s.login_no, asked)
    ),
    loose as materialized (
        select n.seconds, sum(n.sessions) as sessions
          from (select unnest(case $8 when 1 then c.seconds when 2 then c.wait2 when 3 then c.wait3 else c.wait4 end) as seconds,
                       1 as sessions
                  from rollups.session_sums_by_hour(from_time, to_time, scope, asked) c
                 union all
                select case $8 when 1 then b.seconds when 2 then b.wait2 when 3 then b.wait3 else b.wait4 end, b.sign
                  from unnest($7) b) n
         where n.seconds is not null
         group by 1
    ),
    steps as materialized (
        select n.step, sum(n.sessions)::bigint as sessions, sum(sum(n.sessions)) over (order by n.step)::bigint as up_to
          from (select 16 * c.band + s.step as step, sum(s.sessions) as sessions
                  from closed c
                 cross join lateral unnest(c.steps) with ordinality as s (sessions, step)
                 group by 1
                 union all
                select width_bucket(l.seconds, starts), l.sessions from loose l) n
         group by 1
    ),
    total as materialized (select coalesce(sum(s.sessions), 0)::bigint as sessions from steps s),
    -- Where each percentile is: in which step, and which one there.
    wanted as materialized (
        select f.place,
               (s.step - 1) / 16 as band,
               starts[s.step] as least,
               coalesce(starts[s.step + 1] - 1, 9223372036854775807) as most,
               greatest(ceil(f.fraction::numeric * t.sessions), 1) - (s.up_to - s.sessions) as nth
          from total t
         cross join unnest($9) with ordinality as f (fraction, place)
         cross join lateral (
             select * from steps s
              where s.up_to >= greatest(ceil(f.fraction::numeric * t.sessions), 1)
              order by s.step
              limit 1) s
    ),
    found as (
        select e.place, min(e.seconds) as seconds
          from (select w.place, w.nth, n.seconds, sum(sum(n.sessions)) over (partition by w.place order by n.seconds) as up_to
                  from wanted w
                 cross join lateral (
                     select unnest(c.seconds[width_bucket(w.least - 1, c.seconds) + 1:width_bucket(w.most, c.seconds)]) as seconds,
                            1 as sessions
                       -- Unpacked once.
                       from (select seconds || '{}' as seconds from closed where band = w.band offset 0) c
                      union all
                     select l.seconds, l.sessions from loose l where l.seconds between w.least and w.most) n
                 group by 1, 2, 3) e
         where e.up_to >= e.nth
         group by 1
    )
    select t.sessions,
           (select array_agg(f.seconds order by p.place)
              from generate_subscripts($9, 1) as p (place) left join found f using (place)),
           (select array[coalesce(sum(s.sessions) filter (where starts[s.step] = 0), 0),
                         coalesce(sum(s.sessions) filter (where starts[s.step] between 1 and 10), 0),
                         coalesce(sum(s.sessions) filter (where starts[s.step] between 11 and 60), 0),
                         coalesce(sum(s.sessions) filter (where starts[s.step] between 61 and 300), 0),
                         coalesce(sum(s.sessions) filter (where starts[s.step] between 301 and 900), 0),
                         coalesce(sum(s.sessions) filter (where starts[s.step] between 901 and 1800), 0),
                         coalesce(sum(s.sessions) filter (where starts[s.step] > 1800), 0)]::bigint[]
              from steps s)
      from total t;
end
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
declare
    beside rollups.session_change[];
begin
    if rollups.has(from_time, to_time, login, category, brand, product, event) then
        beside := rollups.sessions_beside(from_time, to_time, login, category, brand, product);
        return query
        select t.sessions, t.events, l.percentiles[1], l.percentiles[2], t.bounces, t.new_sessions, l.classes
          from rollups.session_totals(from_time, to_time, login, category, brand, product, beside) t,
               rollups.seconds_of(from_time, to_time, login, category, brand, product, beside,
                                  1::smallint, array[0.5, 0.9]) l;
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
create function rollups.standard_funnel(
    from_time timestamptz, to_time timestamptz, login text, category text, brand text, product text
) returns table (step integer, sessions bigint, median_seconds bigint)
language plpgsql stable
as $$
declare
    beside constant rollups.session_change[] := rollups.sessions_beside(from_time, to_time, login, category, brand, product);
begin
    return query
    select 1, t.entered, null::bigint
      from rollups.session_totals(from_time, to_time, login, category, brand, product, beside) t;
    -- Who waited for a step reached it.
    return query
    select n, s.sessions, s.percentiles[1]
      from generate_series(2, 4) as n
     cross join lateral rollups.seconds_of(from_time, to_time, login, category, brand, product, beside,
                                           n::smallint, array[0.5]) s
     where s.sessions > 0;
end
$$;
