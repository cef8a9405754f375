-- How long sessions were, and how far they went.

-- The sessions of a range that whole seconds of a measure are known of: 1 the
-- duration, 2 to 4 the wait for a step of the standard funnel. How many, two
-- percentiles, and for each class of duration its sessions.
create function rollups.seconds_of(
    from_time timestamptz, to_time timestamptz, login text, category text, brand text, product text,
    beside rollups.session_sums[], measure smallint, fractions float8[]
) returns table (sessions bigint, percentiles bigint[], classes bigint[])
language plpgsql stable
-- One plan does for every range and filter: the same few rows by their keys.
set plan_cache_mode = force_generic_plan set work_mem = '64MB'
as $$
declare
    cut record := rollups.cut(from_time, to_time);
    asked constant integer := rollups.login_no(login);
    scope constant integer := rollups.scope_of(category, brand, product);
    starts constant bigint[] := rollups.bands();
begin
    return query
      with closed as materialized (
        select n.band, n.sessions, n.seconds, n.of_each
          from rollups.spans($1, $2, scope, 'sessions') s
         cross join lateral (
             select * from rollups.session_seconds n
              where n.scope_no = scope and n.measure = $8 and n.hours = s.hours and n.starts = s.starts
                and n.login_no = coalesce(asked, -1)
             offset 0) n
    ),
    loose as materialized (
        select n.seconds, sum(n.sessions)::integer as sessions
          from (select unnest(case $8 when 1 then c.seconds when 2 then c.wait2 when 3 then c.wait3 else c.wait4 end) as seconds,
                       1 as sessions
                  from rollups.hours_beside_spans($1, $2, scope, 'sessions') h
                 cross join lateral (
                     select * from rollups.session_counts s
                      where s.scope_no = scope and s.grain = 'h' and s.bucket >= h.starts and s.bucket < h.ends
                     offset 0) c
                 where rollups.is_of(c.is_part, c.login_no, asked)
                 union all
                select unnest(case $8 when 1 then b.seconds when 2 then b.wait2 when 3 then b.wait3 else b.wait4 end), b.sign
                  from unnest($7) b) n
         where n.seconds is not null
         group by 1
    ),
    bands as materialized (
        select n.band, sum(n.sessions)::bigint as sessions, sum(sum(n.sessions)) over (order by n.band)::bigint as up_to
          from (select c.band, c.sessions from closed c
                 union all
                select width_bucket(l.seconds, starts), l.sessions from loose l) n
         group by 1
    ),
    total as materialized (select coalesce(sum(s.sessions), 0)::bigint as sessions from bands s),
    -- Where each percentile is: in which band, and which one there.
    wanted as materialized (
        select f.place, s.band, greatest(ceil(f.fraction::numeric * t.sessions), 1) - (s.up_to - s.sessions) as nth
          from total t
         cross join unnest($9) with ordinality as f (fraction, place)
         cross join lateral (
             select * from bands s
              where s.up_to >= greatest(ceil(f.fraction::numeric * t.sessions), 1)
              order by s.band
              limit 1) s
    ),
    found as (
        select e.place, min(e.seconds) as seconds
          from (select w.place, w.nth, n.seconds, sum(sum(n.sessions)::bigint) over (partition by w.place order by n.seconds) as up_to
                  from wanted w
                 cross join lateral (
                     select v.seconds, v.sessions
                       from closed c
                      cross join lateral unnest(c.seconds, c.of_each) as v (seconds, sessions)
                      where c.band = w.band
                      union all
                     select l.seconds, l.sessions from loose l where width_bucket(l.seconds, starts) = w.band) n
                 group by 1, 2, 3) e
         where e.up_to >= e.nth
         group by 1
    )
    select t.sessions,
           (select array_agg(f.seconds order by p.place)
              from generate_subscripts($9, 1) as p (place) left join found f using (place)),
           (select array[coalesce(sum(s.sessions) filter (where starts[s.band] = 0), 0),
                         coalesce(sum(s.sessions) filter (where starts[s.band] between 1 and 10), 0),
                         coalesce(sum(s.sessions) filter (where starts[s.band] between 11 and 60), 0),
                         coalesce(sum(s.sessions) filter (where starts[s.band] between 61 and 300), 0),
                         coalesce(sum(s.sessions) filter (where starts[s.band] between 301 and 900), 0),
                         coalesce(sum(s.sessions) filter (where starts[s.band] between 901 and 1800), 0),
                         coalesce(sum(s.sessions) filter (where starts[s.band] > 1800), 0)]::bigint[]
              from bands s)
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
    beside rollups.session_sums[];
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
    beside constant rollups.session_sums[] := rollups.sessions_beside(from_time, to_time, login, category, brand, product);
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
