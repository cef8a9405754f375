-- How a range is read from rollups: whole hours and days from the sums, what
-- sticks out at its ends from events.

-- Whole hours [h1, h2) inside a range, and whole days [d1, d2) inside those.
-- Where there are none, all of it sticks out at the front: h1 = h2 = the end. An hour
-- that nothing else happened in is whole, as the last one is until now.
create function rollups.cut(
    from_time timestamptz, to_time timestamptz,
    out h1 timestamptz, out h2 timestamptz, out d1 timestamptz, out d2 timestamptz)
language plpgsql stable parallel safe
set plan_cache_mode = force_generic_plan
as $$
declare
    last_hour_ends constant timestamptz := date_bin('1 hour', to_time - interval '1 microsecond', 'epoch') + interval '1 hour';
    next_at timestamptz;
begin
    h1 := date_bin('1 hour', from_time - interval '1 microsecond', 'epoch') + interval '1 hour';
    h2 := last_hour_ends;
    if to_time < last_hour_ends then
        select event_timestamp into next_at
          from public.clickstream_events
         where event_timestamp >= to_time
         order by event_timestamp
         limit 1;
        if next_at < last_hour_ends then
            h2 := last_hour_ends - interval '1 hour';
        end if;
    end if;
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

-- The sessions that began before an instant and had not ended by then, of this span
-- at least.
create function rollups.sessions_open_at(instant timestamptz, least_span integer) returns setof rollups.sessions
language sql stable parallel safe
as $$
    select s.*
      from rollups.sessions s
     where $2 = 0
       and s.span = 0
       and s.first_at < $1
       and s.first_at >= $1 - interval '15 minutes'
       and s.last_at >= $1
     union all
    select s.*
      -- 4^15 quarters are longer than the calendar that rollups know, and 4^14 may lead out of it.
      from generate_series(greatest($2, 1), 15) as long (span)
     cross join lateral (
         select *
           from rollups.sessions l
          where l.span > 0
            and l.span = long.span
            and l.first_at < $1
            and l.first_at >= case when long.span < 14 then $1 - interval '15 minutes' * power(4, long.span) else '-infinity' end
            and l.last_at >= $1
         -- Span by span, or the long sessions of all times would be read.
         offset 0) s
$$;

-- Whether a row about sessions counts under a login filter, by its number.
create function rollups.is_of(is_part boolean, login_no integer, asked integer) returns boolean
language sql immutable parallel safe
as $$ select $3 is null and not $1 or $2 = $3 $$;

-- Hours of a range whose sessions no closed day sums up, in stretches.
create function rollups.hours_beside_days(from_time timestamptz, to_time timestamptz, scope integer)
returns table (starts timestamptz, ends timestamptz)
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
          where scope_no = $3 and day >= c.d1 and day < c.d2 and not has_sessions) s
$$;

-- The spans that sum up people or seconds of a range: closed days; of everything as many
-- of them in one as there are, and six hours of one that the range has a part of only.
create function rollups.spans(from_time timestamptz, to_time timestamptz, scope integer, wanted text)
returns table (hours integer, starts timestamptz)
language sql stable
as $$
      with closed as (
        select d.day
          from rollups.cut($1, $2) c
          join rollups.days d on d.scope_no = $3 and d.day > c.h1 - interval '24 hours' and d.day < c.h2
         where case $4 when 'people' then d.has_people when 'sessions' then d.has_sessions end
    )
    select 6, q.quarter
      from rollups.cut($1, $2) c
     cross join lateral (values (c.h1, c.d1), (c.d2, c.h2)) e (starts, ends)
     cross join lateral generate_series(
         date_bin('6 hours', e.starts + interval '6 hours' - interval '1 microsecond', 'epoch'),
         e.ends - interval '6 hours', interval '6 hours') as q (quarter)
     where $3 = 0
       and date_bin('24 hours', q.quarter, 'epoch') in (select day from closed)
     union all
    select distinct s.hours, date_bin(make_interval(hours => s.hours), s.day, 'epoch')
      from (select d.day,
                   case when $3 <> 0 then 24
                        when count(*) over (partition by date_bin('384 hours', d.day, 'epoch')) = 16 then 384
                        when count(*) over (partition by date_bin('96 hours', d.day, 'epoch')) = 4 then 96
                        else 24 end as hours
              from rollups.cut($1, $2) c
              join closed d on d.day >= c.d1 and d.day < c.d2) s
$$;

-- The whole hours of a range that are in none of those.
create function rollups.hours_beside_spans(from_time timestamptz, to_time timestamptz, scope integer, wanted text)
returns table (starts timestamptz, ends timestamptz)
language sql stable
as $$
    select h.hour, h.hour + interval '1 hour'
      from rollups.cut($1, $2) c
     cross join lateral (values (c.h1, c.d1), (c.d2, c.h2)) e (starts, ends)
     cross join lateral generate_series(e.starts, e.ends - interval '1 hour', interval '1 hour') as h (hour)
     where date_bin('6 hours', h.hour, 'epoch') not in (
               select s.starts from rollups.spans($1, $2, $3, $4) s where s.hours = 6)
     union all
    select d.day, d.day + interval '24 hours'
      from rollups.cut($1, $2) c
      join rollups.days d on d.scope_no = $3 and d.day >= c.d1 and d.day < c.d2
     where not case $4 when 'people' then d.has_people when 'sessions' then d.has_sessions end
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
      from rollups.hours_beside_days($1, $2, $3) h
     cross join lateral (
         select * from rollups.session_counts s
          where s.scope_no = $3 and s.grain = 'h' and s.bucket >= h.starts and s.bucket < h.ends
         offset 0) s
     where rollups.is_of(s.is_part, s.login_no, $4)
$$;

-- The kept events of a session in a stretch of time.
create function rollups.events_of(
    id text, from_time timestamptz, to_time timestamptz, login text, category text, brand text, product text
) returns table (at timestamptz, event_name text, is_first_visit boolean)
language sql stable
as $$
    select k.event_timestamp, k.event_name, k.is_first_visit
      from (-- By the session alone: in one index, whatever the range.
            select *
              from public.clickstream_events e
             where e.session_id = $1 and e.session_id <> ''
            offset 0) k
     where k.event_timestamp >= $2
       and k.event_timestamp < $3
       and metrics.is_kept(k, $4, $5, $6, $7, null)
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
-- One plan does for all: session by session, each read once.
set plan_cache_mode = force_generic_plan set enable_sort = off set jit = off
as $$
#variable_conflict use_column
begin
    return query
    select v.sign, named.id, w.first_at, w.last_at, w.events, w.cart_at is not null, w.complete_at is not null, w.is_new,
           rollups.whole_seconds(w.last_at - w.first_at),
           num_nonnulls(w.view_at, step2.at, step3.at, step4.at),
           rollups.whole_seconds(step2.at - w.view_at),
           rollups.whole_seconds(step3.at - step2.at),
           rollups.whole_seconds(step4.at - step3.at)
      from (values (1, $1, $2), (-1, '-infinity'::timestamptz, 'infinity')) v (sign, starts, ends)
     cross join unnest($7) as named (id)
     cross join lateral (
         select count(*) as events, min(k.at) as first_at, max(k.at) as last_at,
                coalesce(bool_or(k.is_first_visit), false) as is_new,
                min(k.at) filter (where k.event_name = 'product_view') as view_at,
                min(k.at) filter (where k.event_name = 'add_to_cart_click') as cart_at,
                max(k.at) filter (where k.event_name = 'add_to_cart_click') as last_cart_at,
                min(k.at) filter (where k.event_name = 'checkout_start') as start_at,
                max(k.at) filter (where k.event_name = 'checkout_start') as last_start_at,
                min(k.at) filter (where k.event_name = 'checkout_complete') as complete_at,
                max(k.at) filter (where k.event_name = 'checkout_complete') as last_complete_at
           from rollups.events_of(named.id, v.starts, v.ends, $3, $4, $5, $6) k) w
     -- A step is its first event since the step before. If that is not its first of
     -- all, but its last is late enough, the events are asked again.
     cross join lateral (
         select case when w.cart_at >= w.view_at then w.cart_at
                     when w.last_cart_at >= w.view_at
                     then (select min(k.at)
                             from rollups.events_of(named.id, w.view_at, v.ends, $3, $4, $5, $6) k
                            where k.event_name = 'add_to_cart_click') end as at
         offset 0) step2
     cross join lateral (
         select case when w.start_at >= step2.at then w.start_at
                     when w.last_start_at >= step2.at
                     then (select min(k.at)
                             from rollups.events_of(named.id, step2.at, v.ends, $3, $4, $5, $6) k
                            where k.event_name = 'checkout_start') end as at
         offset 0) step3
     cross join lateral (
         select case when w.complete_at >= step3.at then w.complete_at
                     when w.last_complete_at >= step3.at
                     then (select min(k.at)
                             from rollups.events_of(named.id, step3.at, v.ends, $3, $4, $5, $6) k
                            where k.event_name = 'checkout_complete') end as at
         offset 0) step4
     where (v.sign > 0 or $8)
       and w.events > 0;
end
$$;

-- The ends of a range at which short sessions are cut already: hours of closed days,
-- so far apart that none of them is open at both.
create function rollups.known_ends(
    from_time timestamptz, to_time timestamptz, scope integer, out front boolean, out back boolean)
language plpgsql stable
set plan_cache_mode = force_generic_plan
as $$
declare
    cut record;
begin
    front := false;
    back := false;
    if scope is distinct from 0 then
        return;
    end if;
    cut := rollups.cut(from_time, to_time);
    if to_time - cut.h1 >= interval '4 hours' then
        front := from_time = cut.h1 and rollups.has_cuts(from_time);
        back := to_time = cut.h2 and rollups.has_cuts(to_time);
    end if;
end
$$;

-- Whether they are cut at this hour: the days are closed that those open then began in.
create function rollups.has_cuts(hour timestamptz) returns boolean
language sql stable
as $$
    select bool_and(d.day is not null)
      from (values (date_bin('24 hours', $1 - interval '4 hours', 'epoch')),
                   (date_bin('24 hours', $1 - interval '1 microsecond', 'epoch'))) v (day)
      left join rollups.days d on d.scope_no = 0 and d.day = v.day and d.has_sessions
$$;

-- What they did in the range, and less what the sums of its hours say of them.
create function rollups.session_sums_of_cuts(from_time timestamptz, to_time timestamptz, scope integer, asked integer)
returns table (
    sign integer, sessions integer, carted integer, converted integer, abandoned integer, bounces integer,
    new_sessions integer, reached1 integer, events bigint,
    seconds bigint[], wait2 bigint[], wait3 bigint[], wait4 bigint[])
language sql stable
as $$
    select v.sign, c.sessions, c.carted, c.converted, c.abandoned, c.bounces, c.new_sessions, c.reached1, c.events,
           c.seconds, c.wait2, c.wait3, c.wait4
      from rollups.known_ends($1, $2, $3) k
     cross join lateral (values (1, '>'::"char", $1, k.front), (1, '<', $2, k.back), (-1, '=', $2, k.back)) v (sign, side, hour, is_known)
     cross join lateral (
         select * from rollups.session_cuts c where v.is_known and c.hour = v.hour and c.side = v.side offset 0) c
     where rollups.is_of(c.is_part, c.login_no, $4)
$$;

-- The sessions that reached over an end of a range; short ones only where asked for.
create function rollups.sessions_over_ends(
    from_time timestamptz, to_time timestamptz, asked integer, least_front integer, least_back integer
) returns text[]
language plpgsql stable
-- One plan does for every instant.
set plan_cache_mode = force_generic_plan
as $$
begin
    return array(
        select s.session_id from rollups.sessions_open_at($1, $4) s where rollups.is_of(s.is_part, s.login_no, $3)
         union
        select s.session_id from rollups.sessions_open_at($2, $5) s where rollups.is_of(s.is_part, s.login_no, $3));
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
        select unnest(rollups.sessions_over_ends($1, $2, rollups.login_no($3), 0, 0))
         union
        select k.session_id from rollups.kept_beside($1, $2, $3, $4, $5, $6, null) k where k.session_id <> '');
end
$$;

-- A session that the sums of a range do not get right, with the sign to add it with.
create type rollups.session_change as (
    sign integer, events bigint, is_carted boolean, is_converted boolean, is_new boolean,
    seconds bigint, reached integer, wait2 bigint, wait3 bigint, wait4 bigint);

-- All of those but the ones that are cut already: less what the sums say, plus what
-- they did in the range.
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
    known record := rollups.known_ends(from_time, to_time, case when everything then 0 end);
    -- Of the others only those too long for that.
    least_front constant integer := case when known.front then 3 else 0 end;
    least_back constant integer := case when known.back then 3 else 0 end;
    ids constant text[] := case when everything then rollups.sessions_over_ends(from_time, to_time, asked, least_front, least_back)
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
                 cross join lateral (
                     select * from rollups.sessions b
                      where b.first_at >= p.starts and b.first_at < p.ends
                     offset 0) b
                 where b.last_at < to_time
                 union all
                select -1, o.*
                  from rollups.sessions_open_at(to_time, least_back) o
                 where o.first_at >= cut.h1 and o.first_at < cut.h2) s
         where rollups.is_of(s.is_part, s.login_no, asked));
end
$$;
