-- How a range is read from rollups: whole hours and days from the sums, what
-- sticks out at its ends from events.

-- Whole hours [h1, h2) inside a range, and whole days [d1, d2) inside those.
-- Where there are none, all of it sticks out at the front: h1 = h2 = the end.
create function rollups.cut(
    from_time timestamptz, to_time timestamptz,
    out h1 timestamptz, out h2 timestamptz, out d1 timestamptz, out d2 timestamptz)
language plpgsql immutable parallel safe
as $$
begin
    h1 := date_bin('1 hour', from_time - interval '1 microsecond', 'epoch') + interval '1 hour';
    h2 := date_bin('1 hour', to_time, 'epoch');
    if h1 >= h2 then
        h1 := to_time;
        h2 := to_time;
    end if;
    d1 := date_bin('24 hours', h1 - interval '1 microsecond', 'epoch') + interval '24 hours';
    d2 := date_bin('24 hours', h2, 'epoch');
    if d1 >= d2 then
        d1 := h2;
        d2 := h2;
    end if;
end
$$;

-- The sums that make up those hours and days: by hour, by day, by hour.
create function rollups.pieces(from_time timestamptz, to_time timestamptz)
returns table (grain "char", starts timestamptz, ends timestamptz)
language sql stable parallel safe rows 3
as $$
    select p.*
      from rollups.cut($1, $2) c
     cross join lateral (values ('h'::"char", c.h1, c.d1), ('d', c.d1, c.d2), ('h', c.d2, c.h2)) p (grain, starts, ends)
$$;

-- The kept events that stick out of those hours.
create function rollups.kept_beside(
    from_time timestamptz, to_time timestamptz,
    login text, category text, brand text, product text, event text
) returns setof public.clickstream_events
language sql stable parallel safe
as $$
    select k.*
      from rollups.cut($1, $2) c
     cross join lateral (
         select * from metrics.kept_events($1, c.h1, $3, $4, $5, $6, $7)
          union all
         select * from metrics.kept_events(c.h2, $2, $3, $4, $5, $6, $7)) k
$$;

-- The number of a login filter: NULL for none, 0 for one that no event has.
create function rollups.login_no(login text) returns integer
language plpgsql stable parallel safe
as $$
begin
    if $1 is null then
        return null;
    end if;
    return coalesce((select word_no from rollups.words where word = case $1 when 'unknown' then '' else $1 end), 0);
end
$$;

-- Whether there are rollups by subject for this question. A filter for '' means the
-- empty text and not NULL, which are one in here.
create function rollups.has_subjects(
    from_time timestamptz, to_time timestamptz,
    login text, category text, brand text, product text, event text
) returns boolean
language plpgsql stable parallel safe
as $$
begin
    return $1 >= '0001-01-01T00:00:00Z'::timestamptz and $2 < '10000-01-01T00:00:00Z'::timestamptz
           and $3 is distinct from '' and $4 is distinct from '' and $5 is distinct from '' and $6 is distinct from ''
           and $7 is null
           and (select s.ready from rollups.state s);
end
$$;

-- The subjects that a filter keeps.
create function rollups.kept_subjects(category text, brand text, product text) returns setof rollups.subjects
language sql stable parallel safe
as $$
    select s.*
      from rollups.subjects s
     where ($1 is null
            or s.category = $1
            or ($1 = 'UNKNOWN' and s.category = '' and (s.product_id <> '' or s.name <> '')))
       and ($2 is null
            or s.brand = $2
            or ($2 = 'UNKNOWN' and s.brand = '' and (s.product_id <> '' or s.name <> '')))
       and ($3 is null or s.product_id = $3)
$$;

-- The scope of a filter: 0 for all, -1 for one that no event has. Several filters at
-- once are a scope where one of them keeps no more than all together, as a product
-- with its own category does; else NULL.
create function rollups.scope_of(category text, brand text, product text) returns integer
language plpgsql stable parallel safe
as $$
declare
    kept bigint;
    alone integer;
begin
    if num_nonnulls($1, $2, $3) = 0 then
        return 0;
    end if;
    kept := (select count(*) from rollups.kept_subjects($1, $2, $3));
    if kept = 0 then
        return -1;
    end if;
    for alone in
        select s.scope_no
          from (values ('p'::"char", $3), ('b', $2), ('c', $1)) f (kind, value)
          join rollups.scopes s using (kind, value)
    loop
        if num_nonnulls($1, $2, $3) = 1 or kept = (select count(*) from rollups.subjects where alone = any (scopes)) then
            return alone;
        end if;
    end loop;
    return null;
end
$$;

-- The same for those of people and sessions.
create function rollups.has(
    from_time timestamptz, to_time timestamptz,
    login text, category text, brand text, product text, event text
) returns boolean
language plpgsql stable parallel safe
as $$
begin
    return rollups.has_subjects($1, $2, $3, $4, $5, $6, $7) and rollups.scope_of($4, $5, $6) is not null;
end
$$;

-- The sums by subject that make up a range's whole hours.
create function rollups.subject_sums(
    from_time timestamptz, to_time timestamptz, asked integer, category text, brand text, product text
) returns setof rollups.subject_counts
language sql stable parallel safe
as $$
    select c.*
      from rollups.pieces($1, $2) p
     cross join rollups.kept_subjects($4, $5, $6) s
     cross join lateral (
         -- Subject by subject: in the index a bucket is found under its subject.
         select *
           from rollups.subject_counts n
          where n.grain = p.grain and n.subject_no = s.subject_no and n.bucket >= p.starts and n.bucket < p.ends
         offset 0) c
     where p.starts < p.ends
       and ($3 is null or c.login_no = $3)
$$;

-- The sessions that began before an instant and had not ended by then.
create function rollups.sessions_open_at(instant timestamptz) returns setof rollups.sessions
language sql stable parallel safe
as $$
    select s.*
      from rollups.sessions s
     where s.span = 0
       and s.first_at < $1
       and s.first_at >= $1 - interval '1 hour'
       and s.last_at >= $1
     union all
    select s.*
      -- 4^14 hours are longer than the calendar that rollups know, and 4^13 may lead out of it.
      from generate_series(1, 14) as long (span)
     cross join lateral (
         select *
           from rollups.sessions l
          where l.span > 0
            and l.span = long.span
            and l.first_at < $1
            and l.first_at >= case when long.span < 13 then $1 - interval '1 hour' * power(4, long.span) else '-infinity' end
            and l.last_at >= $1) s
$$;

-- Whether a row about sessions counts under a login filter, by its number.
create function rollups.is_of(is_part boolean, login_no integer, asked integer) returns boolean
language sql immutable parallel safe
as $$ select $3 is null and not $1 or $2 = $3 $$;

-- Hours of a range that no closed day sums up, in stretches: people or sessions.
create function rollups.hours_beside_days(
    from_time timestamptz, to_time timestamptz, scope integer, summed text
) returns table (starts timestamptz, ends timestamptz)
language sql stable parallel safe rows 4
as $$
    select s.*
      from rollups.cut($1, $2) c
     cross join lateral (
         select c.h1, c.d1 where c.h1 < c.d1
          union all
         select c.d2, c.h2 where c.d2 < c.h2
          union all
         select day, day + interval '24 hours'
           from rollups.days
          where scope_no = $3 and day >= c.d1 and day < c.d2
            and not case $4 when 'people' then has_people when 'sessions' then has_sessions end) s
$$;

-- The sums by start of a range's whole hours: those of closed days by day.
create function rollups.session_sums_by_day(from_time timestamptz, to_time timestamptz, scope integer, asked integer)
returns setof rollups.session_counts
language sql stable
as $$
    select s.*
      from rollups.cut($1, $2) c
     cross join lateral (
         select * from rollups.days d
          where d.scope_no = $3 and d.day >= c.d1 and d.day < c.d2 and d.has_sessions
         offset 0) d
     cross join lateral (
         select * from rollups.session_counts s
          where s.scope_no = $3 and s.grain = 'd' and s.bucket = d.day
         offset 0) s
     where rollups.is_of(s.is_part, s.login_no, $4)
$$;

-- The others by hour.
create function rollups.session_sums_by_hour(from_time timestamptz, to_time timestamptz, scope integer, asked integer)
returns setof rollups.session_counts
language sql stable
as $$
    select s.*
      from rollups.hours_beside_days($1, $2, $3, 'sessions') h
     cross join lateral (
         select * from rollups.session_counts s
          where s.scope_no = $3 and s.grain = 'h' and s.bucket >= h.starts and s.bucket < h.ends
         offset 0) s
     where rollups.is_of(s.is_part, s.login_no, $4)
$$;

-- The kept events of these sessions, of all times.
create function rollups.events_of(
    ids text[], login text, category text, brand text, product text
) returns setof public.clickstream_events
language sql stable
as $$
    select k.*
      from unnest($1) as named (id)
     cross join lateral (
         -- By the session alone: in one index, whatever the range.
         select *
           from public.clickstream_events e
          where e.session_id = named.id and e.session_id <> ''
         offset 0) k
     where metrics.is_kept(k, $2, $3, $4, $5, null)
       and rollups.in_calendar(k.event_timestamp)
$$;

-- What the kept events of these sessions say about each: those in the range, with
-- sign 1; if wanted also all that there are, with sign -1.
create function rollups.session_facts(
    from_time timestamptz, to_time timestamptz, login text, category text, brand text, product text,
    ids text[], of_all_times boolean
) returns table (
    sign integer, session_id text, started_at timestamptz, last_at timestamptz, events bigint, is_carted boolean,
    is_converted boolean, is_new boolean, seconds bigint, reached integer, wait2 bigint, wait3 bigint, wait4 bigint)
language plpgsql stable
-- The planner expects too little of the sessions, and would loop where it should hash.
-- Without that choice no sessions need a plan of their own.
set plan_cache_mode = force_generic_plan set enable_nestloop = off set enable_mergejoin = off set enable_sort = off
set jit = off
as $$
#variable_conflict use_column
begin
    if coalesce(cardinality(ids), 0) = 0 then
        return;
    end if;
    return query
      with kept as materialized (
        select v.sign, k.session_id, k.event_timestamp as at, k.event_name, k.is_first_visit
          from rollups.events_of($7, $3, $4, $5, $6) k
         cross join lateral (values (1), (-1)) v (sign)
         where case v.sign when 1 then k.event_timestamp >= $1 and k.event_timestamp < $2 else $8 end
    ),
    whole as (
        select sign, session_id,
               min(at) as started_at,
               max(at) as last_at,
               count(*) as events,
               count(*) filter (where event_name = 'add_to_cart_click') > 0 as is_carted,
               count(*) filter (where event_name = 'checkout_complete') > 0 as is_converted,
               coalesce(bool_or(is_first_visit), false) as is_new,
               rollups.whole_seconds(max(at) - min(at)) as seconds
          from kept group by 1, 2
    ),
    step1 as materialized (
        select sign, session_id, min(at) as at from kept where event_name = 'product_view' group by 1, 2
    ),
    step2 as materialized (
        select sign, session_id, b.at as before, min(k.at) as at
          from step1 b join kept k using (sign, session_id)
         where k.event_name = 'add_to_cart_click' and k.at >= b.at group by 1, 2, 3
    ),
    step3 as materialized (
        select sign, session_id, b.at as before, min(k.at) as at
          from step2 b join kept k using (sign, session_id)
         where k.event_name = 'checkout_start' and k.at >= b.at group by 1, 2, 3
    ),
    step4 as materialized (
        select sign, session_id, b.at as before, min(k.at) as at
          from step3 b join kept k using (sign, session_id)
         where k.event_name = 'checkout_complete' and k.at >= b.at group by 1, 2, 3
    )
    select sign, session_id, w.started_at, w.last_at, w.events, w.is_carted, w.is_converted, w.is_new, w.seconds,
           case when step4.at is not null then 4
                when step3.at is not null then 3
                when step2.at is not null then 2
                when step1.at is not null then 1
                else 0 end,
           rollups.whole_seconds(step2.at - step2.before),
           rollups.whole_seconds(step3.at - step3.before),
           rollups.whole_seconds(step4.at - step4.before)
      from whole w
      left join step1 using (sign, session_id)
      left join step2 using (sign, session_id)
      left join step3 using (sign, session_id)
      left join step4 using (sign, session_id);
end
$$;

-- The sessions that reached over an end of a range.
create function rollups.sessions_over_ends(from_time timestamptz, to_time timestamptz, asked integer) returns text[]
language plpgsql stable
-- One plan does for every instant.
set plan_cache_mode = force_generic_plan
as $$
begin
    return array(
        select s.session_id from rollups.sessions_open_at($1) s where rollups.is_of(s.is_part, s.login_no, $3)
         union
        select s.session_id from rollups.sessions_open_at($2) s where rollups.is_of(s.is_part, s.login_no, $3));
end
$$;

-- Those, and the ones that a filter keeps something of beside a range's whole hours.
create function rollups.sessions_beside_hours(
    from_time timestamptz, to_time timestamptz, login text, category text, brand text, product text
) returns text[]
language plpgsql stable
set plan_cache_mode = force_generic_plan
as $$
begin
    return array(
        select unnest(rollups.sessions_over_ends($1, $2, rollups.login_no($3)))
         union
        select k.session_id from rollups.kept_beside($1, $2, $3, $4, $5, $6, null) k where k.session_id <> '');
end
$$;

-- A session that the sums of a range do not get right, with the sign to add it with.
create type rollups.session_change as (
    sign integer, events bigint, is_carted boolean, is_converted boolean, is_new boolean,
    seconds bigint, reached integer, wait2 bigint, wait3 bigint, wait4 bigint);

-- All of those: less what the sums say, plus what they did in the range.
create function rollups.sessions_beside(
    from_time timestamptz, to_time timestamptz, login text, category text, brand text, product text
) returns rollups.session_change[]
language plpgsql stable
-- One plan does for every range and filter.
set plan_cache_mode = force_generic_plan
as $$
declare
    cut record := rollups.cut(from_time, to_time);
    asked constant integer := rollups.login_no(login);
    everything constant boolean := num_nonnulls(category, brand, product) = 0;
    ids constant text[] := case when everything then rollups.sessions_over_ends(from_time, to_time, asked)
                                else rollups.sessions_beside_hours(from_time, to_time, login, category, brand, product) end;
    changes rollups.session_change[];
begin
    changes := array(
        select row(f.sign, f.events, f.is_carted, f.is_converted, f.is_new, f.seconds, f.reached,
                   f.wait2, f.wait3, f.wait4)::rollups.session_change
          from rollups.session_facts($1, $2, $3, $4, $5, $6, ids, not everything) f
         where f.sign > 0 or (f.started_at >= cut.h1 and f.started_at < cut.h2));
    if not everything then
        return changes;
    end if;
    -- What is not cut by an end is known of everything.
    return changes || array(
        select row(s.sign, s.events, s.is_carted, s.is_converted, s.is_new,
                   rollups.whole_seconds(s.last_at - s.first_at), s.reached,
                   s.wait2, s.wait3, s.wait4)::rollups.session_change
          from (select 1 as sign, b.*
                  from (values (from_time, cut.h1), (cut.h2, to_time)) as p (starts, ends)
                  join rollups.sessions b on b.first_at >= p.starts and b.first_at < p.ends and b.last_at < to_time
                 union all
                select -1, o.*
                  from rollups.sessions_open_at(to_time) o
                 where o.first_at >= cut.h1 and o.first_at < cut.h2) s
         where rollups.is_of(s.is_part, s.login_no, asked));
end
$$;
