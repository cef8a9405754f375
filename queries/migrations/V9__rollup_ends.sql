-- Sessions of a range, and those that reach over its ends.

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

-- The kept events of a session in a stretch of time, and what each was.
create function rollups.events_of(
    id text, from_time timestamptz, to_time timestamptz, login text, category text, brand text, product text
) returns table (at timestamptz, kind smallint)
language sql stable
as $$
    select k.event_timestamp, rollups.kind_of(rollups.step_of(k.event_name), k.is_first_visit)
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

-- What events say about their session, as far as they are in a stretch of time; nothing
-- if none is. A step is its first event since the step before: if that is not its first
-- of all, but its last is late enough, the events are looked through again.
create function rollups.facts_of(times timestamptz[], kinds smallint[], starts timestamptz, ends timestamptz)
returns table (
    started_at timestamptz, last_at timestamptz, events bigint, is_carted boolean, is_converted boolean, is_new boolean,
    seconds bigint, reached integer, wait2 bigint, wait3 bigint, wait4 bigint)
language sql immutable parallel safe
as $$
    select w.first_at, w.last_at, w.events, w.cart_at is not null, w.complete_at is not null, w.is_new,
           rollups.whole_seconds(w.last_at - w.first_at),
           num_nonnulls(w.view_at, step2.at, step3.at, step4.at),
           rollups.whole_seconds(step2.at - w.view_at),
           rollups.whole_seconds(step3.at - step2.at),
           rollups.whole_seconds(step4.at - step3.at)
      from (select count(*) as events, min(k.at) as first_at, max(k.at) as last_at,
                   coalesce(bool_or(k.kind >= 8), false) as is_new,
                   min(k.at) filter (where k.kind & 7 = 1) as view_at,
                   min(k.at) filter (where k.kind & 7 = 2) as cart_at,
                   max(k.at) filter (where k.kind & 7 = 2) as last_cart_at,
                   min(k.at) filter (where k.kind & 7 = 3) as start_at,
                   max(k.at) filter (where k.kind & 7 = 3) as last_start_at,
                   min(k.at) filter (where k.kind & 7 = 4) as complete_at,
                   max(k.at) filter (where k.kind & 7 = 4) as last_complete_at
              from (select unnest($1) as at, unnest($2) as kind) k
             where k.at >= $3 and k.at < $4) w
     cross join lateral (
         select case when w.cart_at >= w.view_at then w.cart_at
                     when w.last_cart_at >= w.view_at
                     then (select min(k.at) from unnest($1, $2) as k (at, kind)
                            where k.at >= w.view_at and k.at < $4 and k.kind & 7 = 2) end as at
         offset 0) step2
     cross join lateral (
         select case when w.start_at >= step2.at then w.start_at
                     when w.last_start_at >= step2.at
                     then (select min(k.at) from unnest($1, $2) as k (at, kind)
                            where k.at >= step2.at and k.at < $4 and k.kind & 7 = 3) end as at
         offset 0) step3
     cross join lateral (
         select case when w.complete_at >= step3.at then w.complete_at
                     when w.last_complete_at >= step3.at
                     then (select min(k.at) from unnest($1, $2) as k (at, kind)
                            where k.at >= step3.at and k.at < $4 and k.kind & 7 = 4) end as at
         offset 0) step4
     where w.events > 0
$$;

-- The same of the kept events of these sessions: of those in the range, with sign 1; if
-- wanted also of all that there are, with sign -1.
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
begin
    return query
    select v.sign, named.id, f.*
      from unnest($7) as named (id)
     cross join lateral (
         select array_agg(k.at) as times, array_agg(k.kind) as kinds
           from rollups.events_of(named.id, case when $8 then '-infinity' else $1 end, case when $8 then 'infinity' else $2 end,
                                  $3, $4, $5, $6) k
         offset 0) e
     cross join (values (1, $1, $2), (-1, '-infinity'::timestamptz, 'infinity')) v (sign, starts, ends)
     cross join lateral rollups.facts_of(e.times, e.kinds, v.starts, v.ends) f
     where v.sign > 0 or $8;
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
    if to_time - cut.h1 >= rollups.short_time() then
        front := from_time = cut.h1 and rollups.has_cuts(from_time);
        back := to_time = cut.h2 and rollups.has_cuts(to_time);
    end if;
end
$$;

-- The least span of the sessions that are to be looked at, at both ends: if short ones are
-- cut there already, of a longer one.
create function rollups.least_spans(
    from_time timestamptz, to_time timestamptz, scope integer, out front integer, out back integer)
language sql stable
as $$
    select case when k.front then rollups.short_span() + 1 else 0 end, case when k.back then rollups.short_span() + 1 else 0 end
      from rollups.known_ends($1, $2, $3) k
$$;

-- Whether they are cut at this hour: the days are closed that those open then began in.
create function rollups.has_cuts(hour timestamptz) returns boolean
language sql stable
as $$
    select bool_and(d.day is not null)
      from (values (date_bin('24 hours', $1 - rollups.short_time(), 'epoch')),
                   (date_bin('24 hours', $1 - interval '1 microsecond', 'epoch'))) v (day)
      left join rollups.days d on d.scope_no = 0 and d.day = v.day and d.has_sessions
$$;

-- Sums of sessions, and the sign to add them with to those of a range's hours.
create type rollups.session_sums as (
    sign integer, sessions bigint, carted bigint, converted bigint, abandoned bigint, bounces bigint,
    new_sessions bigint, reached1 bigint, events bigint,
    seconds bigint[], wait2 bigint[], wait3 bigint[], wait4 bigint[]);

-- What they did in the range, and less what the sums of its hours say of them.
create function rollups.session_sums_of_cuts(from_time timestamptz, to_time timestamptz, scope integer, asked integer)
returns setof rollups.session_sums
language sql stable
as $$
    select v.sign, c.sessions::bigint, c.carted::bigint, c.converted::bigint, c.abandoned::bigint, c.bounces::bigint,
           c.new_sessions::bigint, c.reached1::bigint, c.events, c.seconds, c.wait2, c.wait3, c.wait4
      from rollups.known_ends($1, $2, $3) k
     cross join lateral (values (1, '>'::"char", $1, k.front), (1, '<', $2, k.back), (-1, '=', $2, k.back)) v (sign, side, hour, is_known)
     cross join lateral (
         select * from rollups.session_cuts c where v.is_known and c.hour = v.hour and c.side = v.side offset 0) c
     where rollups.is_of(c.is_part, c.login_no, $4)
$$;

-- The sessions that reached over an end of a range, once each; short ones only where
-- asked for, as they are where none of them reaches over both ends.
create function rollups.sessions_over_ends(
    from_time timestamptz, to_time timestamptz, asked integer, least_front integer, least_back integer
) returns setof rollups.sessions
language sql stable
as $$
    select * from rollups.sessions_open_at($1, $4) s where rollups.is_of(s.is_part, s.login_no, $3)
     union all
    select * from rollups.sessions_open_at($2, $5) s where rollups.is_of(s.is_part, s.login_no, $3) and s.first_at >= $1
$$;

-- What those did in the range: as their rows tell, of the very long ones as their events.
create function rollups.facts_over_ends(
    from_time timestamptz, to_time timestamptz, login text, least_front integer, least_back integer
) returns table (
    session_id text, started_at timestamptz, last_at timestamptz, events bigint, is_carted boolean,
    is_converted boolean, is_new boolean, seconds bigint, reached integer, wait2 bigint, wait3 bigint, wait4 bigint)
language plpgsql stable
-- One plan does for every range.
set plan_cache_mode = force_generic_plan
as $$
declare
    asked constant integer := rollups.login_no(login);
    untold text[];
begin
    return query
    select s.session_id, f.*
      from rollups.sessions_over_ends(from_time, to_time, asked, least_front, least_back) s
     cross join lateral rollups.facts_of(s.times, s.kinds, from_time, to_time) f;
    untold := array(
        select s.session_id
          from rollups.sessions_over_ends(
                   from_time, to_time, asked, rollups.short_span() + 1, rollups.short_span() + 1) s
         where s.times is null);
    if untold <> '{}' then
        return query
        select f.session_id, f.started_at, f.last_at, f.events, f.is_carted, f.is_converted, f.is_new, f.seconds,
               f.reached, f.wait2, f.wait3, f.wait4
          from rollups.session_facts(from_time, to_time, login, null, null, null, untold, false) f;
    end if;
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
        select s.session_id from rollups.sessions_over_ends($1, $2, rollups.login_no($3), 0, 0) s
         union
        select k.session_id from rollups.kept_beside($1, $2, $3, $4, $5, $6, null, false) k where k.session_id <> '');
end
$$;

-- The sessions that began beside a range's whole hours and were over by its end.
create function rollups.sessions_begun_beside(from_time timestamptz, to_time timestamptz, asked integer)
returns setof rollups.sessions
language sql stable
as $$
    select b.*
      from rollups.cut($1, $2) c
     cross join lateral (values ($1, c.h1), (c.h2, $2)) p (starts, ends)
     cross join lateral (
         select * from rollups.sessions b
          where b.first_at >= p.starts and b.first_at < p.ends
         offset 0) b
     where b.last_at < $2
       and rollups.is_of(b.is_part, b.login_no, $3)
$$;

-- What the sums of a range's hours do not get right of sessions: less what they say, plus
-- what these did in the range.
create function rollups.sessions_beside(
    from_time timestamptz, to_time timestamptz, login text, category text, brand text, product text
) returns rollups.session_sums[]
language plpgsql stable
-- One plan does for every range and filter.
set plan_cache_mode = force_generic_plan
as $$
declare
    cut record := rollups.cut(from_time, to_time);
    asked constant integer := rollups.login_no(login);
    everything constant boolean := num_nonnulls(category, brand, product) = 0;
    least constant record := rollups.least_spans(from_time, to_time, case when everything then 0 end);
begin
    return array(
          with changes as (
            select 1 as sign, f.events, f.is_carted, f.is_converted, f.is_new, f.seconds, f.reached, f.wait2, f.wait3, f.wait4
              from rollups.facts_over_ends(from_time, to_time, login, least.front, least.back) f
             where everything
             union all
            -- What is not cut by an end is known of everything.
            select s.sign, s.events, s.is_carted, s.is_converted, s.is_new,
                   rollups.whole_seconds(s.last_at - s.first_at), s.reached, s.wait2, s.wait3, s.wait4
              from (select 1 as sign, b.* from rollups.sessions_begun_beside(from_time, to_time, asked) b
                     union all
                    select -1, o.*
                      from rollups.sessions_open_at(to_time, least.back) o
                     where o.first_at >= cut.h1 and o.first_at < cut.h2
                       and rollups.is_of(o.is_part, o.login_no, asked)) s
             where everything
             union all
            select f.sign, f.events, f.is_carted, f.is_converted, f.is_new, f.seconds, f.reached, f.wait2, f.wait3, f.wait4
              from rollups.session_facts(
                       $1, $2, $3, $4, $5, $6,
                       rollups.sessions_beside_hours(from_time, to_time, login, category, brand, product), true) f
             where not everything
               and (f.sign > 0 or (f.started_at >= cut.h1 and f.started_at < cut.h2))
        )
        select row(c.sign, count(*), count(*) filter (where c.is_carted), count(*) filter (where c.is_converted),
                   count(*) filter (where c.is_carted and not c.is_converted), count(*) filter (where c.events = 1),
                   count(*) filter (where c.is_new), count(*) filter (where c.reached >= 1), sum(c.events),
                   array_agg(c.seconds), array_agg(c.wait2) filter (where c.wait2 is not null),
                   array_agg(c.wait3) filter (where c.wait3 is not null),
                   array_agg(c.wait4) filter (where c.wait4 is not null))::rollups.session_sums
          from changes c
         group by c.sign
         union all
        select c::rollups.session_sums
          from rollups.session_sums_of_cuts(from_time, to_time, case when everything then 0 end, asked) c);
end
$$;
