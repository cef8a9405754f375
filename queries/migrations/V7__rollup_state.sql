-- What becomes of the rollups when a day is over, when events are not inserted but
-- changed, and how they are filled from a table that had events before them.

-- Closes the days that this statement's events did not touch, the newest first,
-- and no more of them than it takes not to fall behind.
create function rollups.close_days() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp set enable_seqscan = on set jit = off set work_mem = '64MB'
as $$
declare
    this constant bigint := currval('rollups.turns');
    closing timestamptz;
begin
    if not (select ready from rollups.state) then
        return null;
    end if;
    for closing in
        select distinct day
          from rollups.days
         where is_open
           and turn < this
           and day < (select max(day) from rollups.days where is_open)
         order by day desc
         limit 2 + (select count(distinct day) from rollups.days where is_open and turn = this)
    loop
        perform rollups.close_day(closing, this);
    end loop;
    return null;
end
$$;

-- Strings of bits, one after the other.
create aggregate rollups.bits_of(bit varying) (sfunc = bitcat, stype = bit varying, initcond = '');

-- A scope with few people or sessions is as quick by the hours.
create function rollups.close_day(closing timestamptz, before_turn bigint) returns void
language plpgsql
-- To sort what is to be added up would cost more than to hash it.
set enable_mergejoin = off set enable_nestloop = off set enable_sort = off set enable_incremental_sort = off
as $$
declare
    nobody constant bit(1024) := repeat('0', 1024)::bit(1024);
    next_day constant timestamptz := closing + interval '24 hours';
    crowded integer[];
    busy integer[];
begin
    crowded := array(
        select d.scope_no
          from rollups.days d
         -- Scope by scope, or all hours of all days would be read.
         cross join lateral (
             select * from rollups.scope_hours h
              where h.scope_no = d.scope_no and h.hour >= closing and h.hour < next_day
             offset 0) h
         where d.day = closing and d.is_open and d.turn < before_turn
         group by d.scope_no
        having sum(cardinality(h.clients))
               >= (select greatest(t.busy, t.dense * (1 + (select max(person_no) from rollups.people) / 32768))
                     from rollups.state t));
    busy := array(
        select d.scope_no
          from rollups.days d
         cross join lateral (
             select * from rollups.session_counts c
              where c.grain = 'h' and c.scope_no = d.scope_no and c.bucket >= closing and c.bucket < next_day
             offset 0) c
         where d.day = closing and d.is_open and d.turn < before_turn
         group by 1
        having sum(c.sessions) >= (select t.busy from rollups.state t));

    delete from rollups.people_spans
     where scope_no = any (crowded) and hours = any ('{1,24}') and starts >= closing and starts < next_day;
    -- Through short strings of bits, which are quicker to change than long ones.
    insert into rollups.people_spans
      with pieces as materialized (
        select h.scope_no, h.login_no, p.kind,
               case h.scope_no when 0 then h.hour else closing end as starts,
               n / 1024 as piece, bit_or(set_bit(nobody, n % 1024, 1)) as people
          from rollups.scope_hours h
         cross join lateral (values ('c'::"char", h.clients), ('u', h.users)) p (kind, people)
         cross join lateral unnest(p.people) as n
         where h.scope_no = any (crowded) and h.hour >= closing and h.hour < next_day
         group by 1, 2, 3, 4, 5
    ),
    by_login as materialized (
        select b.scope_no, b.login_no, b.kind, b.starts, b.block,
               rollups.bits_of(coalesce(p.people, nobody) order by i.i)::bit(32768) as people
          from (select distinct scope_no, login_no, kind, starts, piece / 32 as block from pieces) b
         cross join generate_series(0, 31) i
          left join pieces p
            on p.scope_no = b.scope_no and p.login_no = b.login_no and p.kind = b.kind and p.starts = b.starts
           and p.piece = 32 * b.block + i.i
         group by 1, 2, 3, 4, 5
    )
    select scope_no, login_no, case scope_no when 0 then 1 else 24 end, starts, block, kind, people from by_login
     union all
    select 0, null, 1, starts, block, kind, bit_or(people) from by_login where scope_no = 0 group by 4, 5, 6;

    delete from rollups.session_counts where grain = 'd' and scope_no = any (busy) and bucket = closing;
    insert into rollups.session_counts
    select 'd', is_part, scope_no, closing, login_no, sum(sessions), sum(carted), sum(converted), sum(abandoned),
           sum(bounces), sum(new_sessions), sum(reached1), sum(reached2), sum(reached3), sum(reached4), sum(events)
      from rollups.session_counts
     where grain = 'h' and scope_no = any (busy) and bucket >= closing and bucket < next_day
     group by is_part, scope_no, login_no;

    delete from rollups.session_seconds
     where scope_no = any (busy) and measure = any ('{1,2,3,4}') and hours = any ('{2,24}')
       and starts >= closing and starts < next_day;
    insert into rollups.session_seconds
      with counted as materialized (
        select c.scope_no, m.measure,
               case c.scope_no when 0 then date_bin('2 hours', c.bucket, 'epoch') else closing end as starts,
               l.login_no, n, count(*)::integer as times
          from rollups.session_counts c
         cross join lateral (values (-1, not c.is_part), (c.login_no, c.login_no is not null)) l (login_no, counts)
         cross join lateral (values (1::smallint, c.seconds), (2, c.wait2), (3, c.wait3), (4, c.wait4)) m (measure, numbers)
         cross join lateral unnest(m.numbers) as n
         where c.grain = 'h' and c.scope_no = any (busy) and c.bucket >= closing and c.bucket < next_day
           and l.counts
         group by 1, 2, 3, 4, 5
    ),
    spans as (
        select scope_no, measure, case scope_no when 0 then 2 else 24 end as hours, starts, login_no, n, times from counted
         union all
        select 0, measure, 24, closing, login_no, n, sum(times) from counted where scope_no = 0 group by 2, 5, 6
    )
    select scope_no, measure, hours, starts, login_no, band, sum(times), array_agg(n), array_agg(times::integer)
      from (select *, width_bucket(n, rollups.bands()) as band
              from spans
             -- As they are grouped, which keeps them in order.
             order by scope_no, measure, hours, starts, login_no, band, n) f
     group by scope_no, measure, hours, starts, login_no, band;

    update rollups.days
       set is_open = false, has_people = scope_no = any (crowded), has_sessions = scope_no = any (busy)
     where day = closing and is_open and turn < before_turn;

    if 0 = any (busy) then
        -- To all hours that a short session of this day can be open at.
        delete from rollups.session_cuts where hour > closing and hour <= next_day + rollups.short_time();
        insert into rollups.session_cuts
        select * from rollups.cuts_of_sessions(closing + interval '1 hour', next_day + rollups.short_time());
    end if;
    perform rollups.close_spans(closing);
end
$$;

-- What short sessions did on both sides of these hours.
create function rollups.cuts_of_sessions(first_hour timestamptz, last_hour timestamptz) returns setof rollups.session_cuts
language plpgsql stable
set enable_mergejoin = off set enable_sort = off
as $$
begin
    return query
      with cut as materialized (
        select h.hour, s.*
          from generate_series(first_hour, last_hour, interval '1 hour') as h (hour)
         cross join lateral (select * from rollups.sessions_open_at(h.hour, 0) o where o.span <= rollups.short_span() offset 0) s
    ),
    parts as (
        select c.hour, v.side, c.is_part, c.login_no, f.events, f.is_carted, f.is_converted, f.is_new, f.reached,
               f.seconds, f.wait2, f.wait3, f.wait4
          from cut c
         cross join lateral (values ('<'::"char", '-infinity'::timestamptz, c.hour), ('>', c.hour, 'infinity')) v (side, starts, ends)
         cross join lateral rollups.facts_of(c.times, c.kinds, v.starts, v.ends) f
         union all
        select c.hour, '=', c.is_part, c.login_no, c.events, c.is_carted, c.is_converted, c.is_new, c.reached,
               rollups.whole_seconds(c.last_at - c.first_at), c.wait2, c.wait3, c.wait4
          from cut c
    )
    select p.hour, p.side, p.is_part, p.login_no,
           count(*)::integer,
           (count(*) filter (where p.is_carted))::integer,
           (count(*) filter (where p.is_converted))::integer,
           (count(*) filter (where p.is_carted and not p.is_converted))::integer,
           (count(*) filter (where p.events = 1))::integer,
           (count(*) filter (where p.is_new))::integer,
           (count(*) filter (where p.reached >= 1))::integer,
           sum(p.events)::bigint,
           array_agg(p.seconds),
           array_agg(p.wait2) filter (where p.wait2 is not null),
           array_agg(p.wait3) filter (where p.wait3 is not null),
           array_agg(p.wait4) filter (where p.wait4 is not null)
      from parts p
     group by p.hour, p.side, p.is_part, p.login_no;
end
$$;

-- Longer spans of everything, each of all the shorter ones before it: parts of this day, the
-- day, and several closed days in one.
create function rollups.close_spans(closing timestamptz) returns void
language plpgsql
set enable_mergejoin = off set enable_nestloop = off set enable_sort = off set enable_incremental_sort = off
as $$
declare
    span integer;
    shorter integer := 1;
    first_day timestamptz;
    next_day timestamptz;
    closed record;
begin
    foreach span in array array[4, 12, 24, 96, 384] loop
        first_day := date_bin(make_interval(hours => greatest(span, 24)), closing, 'epoch');
        next_day := first_day + make_interval(hours => greatest(span, 24));
        select count(*) filter (where has_people) = greatest(span / 24, 1) as people,
               count(*) filter (where has_sessions) = span / 24 as sessions
          into closed
          from rollups.days
         where scope_no = 0 and day >= first_day and day < next_day;
        if closed.people then
            delete from rollups.people_spans
             where scope_no = 0 and hours = span and starts >= first_day and starts < next_day;
            insert into rollups.people_spans
            select 0, login_no, span, date_bin(make_interval(hours => span), starts, 'epoch'), block, kind, bit_or(people)
              from rollups.people_spans
             where scope_no = 0 and hours = shorter and starts >= first_day and starts < next_day
             group by 2, 4, 5, 6;
        end if;
        if closed.sessions and span > 24 then
            delete from rollups.session_seconds
             where scope_no = 0 and measure = any ('{1,2,3,4}') and hours = span and starts = first_day;
            insert into rollups.session_seconds
            select 0, measure, span, first_day, login_no, band, sum(times), array_agg(n), array_agg(times)
              from (select s.measure, s.login_no, s.band, v.n, sum(v.times)::integer as times
                      from rollups.session_seconds s
                     cross join lateral unnest(s.seconds, s.of_each) as v (n, times)
                     where s.scope_no = 0 and s.measure = any ('{1,2,3,4}') and s.hours = shorter
                       and s.starts >= first_day and s.starts < next_day
                     group by 1, 2, 3, 4
                     order by 1, 2, 3, 4) f
             group by measure, login_no, band;
        end if;
        shorter := span;
    end loop;
end
$$;

-- The triggers run in the order of their names.
create trigger rollups_0_told after insert on public.clickstream_events
    referencing new table as fresh for each statement execute function rollups.tell_events();
create trigger rollups_1_visits after insert on public.clickstream_events
    for each statement execute function rollups.number_visits();
create trigger rollups_2_counts after insert on public.clickstream_events
    for each statement execute function rollups.add_counts();
create trigger rollups_3_hours after insert on public.clickstream_events
    for each statement execute function rollups.add_hours();
create trigger rollups_4_sessions after insert on public.clickstream_events
    for each statement execute function rollups.add_sessions();
create trigger rollups_5_days after insert on public.clickstream_events
    for each statement execute function rollups.close_days();

-- Events that change or go: the rollups are no longer believed until they are
-- filled again, and answers come from events meanwhile.
create function rollups.distrust() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    if exists (select from gone) then
        -- Ready or not: a rebuild that is under way has the row, and this waits for it.
        update rollups.state set ready = false;
    end if;
    return null;
end
$$;
create trigger rollups_6_update after update on public.clickstream_events
    referencing old table as gone for each statement execute function rollups.distrust();
create trigger rollups_6_delete after delete on public.clickstream_events
    referencing old table as gone for each statement execute function rollups.distrust();

-- No events: rollups of none.
create function rollups.empty() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    truncate rollups.words, rollups.event_counts, rollups.slots, rollups.scopes, rollups.subjects,
             rollups.subject_counts, rollups.people, rollups.scope_hours, rollups.people_spans,
             rollups.sessions, rollups.session_counts, rollups.session_seconds, rollups.session_cuts,
             rollups.session_stays, rollups.days
             restart identity;
    update rollups.state set ready = true where not ready;
    return null;
end
$$;
create trigger rollups_6_truncate after truncate on public.clickstream_events
    for each statement execute function rollups.empty();

-- Events pass through here to be counted as if they had just arrived.
create unlogged table rollups.refill (like public.clickstream_events);
create trigger rollups_0_told after insert on rollups.refill
    referencing new table as fresh for each statement execute function rollups.tell_events();
create trigger rollups_1_visits after insert on rollups.refill
    for each statement execute function rollups.number_visits();
create trigger rollups_2_counts after insert on rollups.refill
    for each statement execute function rollups.add_counts();
create trigger rollups_3_hours after insert on rollups.refill
    for each statement execute function rollups.add_hours();
create trigger rollups_4_sessions after insert on rollups.refill
    for each statement execute function rollups.add_sessions();
create trigger rollups_5_days after insert on rollups.refill
    for each statement execute function rollups.close_days();

-- Filling is one transaction: begin_rebuild, rebuild for each stretch of time,
-- commit. Readers see the rollups of before until then, and writers wait.
create function rollups.begin_rebuild() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    perform pg_advisory_xact_lock(4823190017);
    -- From here on, whoever changes events waits before saying so.
    update rollups.state set ready = true, fillings = fillings + 1;
    delete from rollups.words;
    delete from rollups.event_counts;
    delete from rollups.slots;
    delete from rollups.scopes;
    delete from rollups.subjects;
    delete from rollups.subject_counts;
    delete from rollups.people;
    delete from rollups.scope_hours;
    delete from rollups.people_spans;
    delete from rollups.sessions;
    delete from rollups.session_counts;
    delete from rollups.session_seconds;
    delete from rollups.session_cuts;
    delete from rollups.session_stays;
    delete from rollups.days;
    alter sequence rollups.words_word_no_seq restart;
    alter sequence rollups.scopes_scope_no_seq restart;
    alter sequence rollups.subjects_subject_no_seq restart;
    alter sequence rollups.people_person_no_seq restart;
end
$$;

-- How many events there were.
create function rollups.rebuild(from_time timestamptz, to_time timestamptz) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    counted bigint;
begin
    insert into rollups.refill
    select * from public.clickstream_events where event_timestamp >= from_time and event_timestamp < to_time;
    get diagnostics counted = row_count;
    truncate rollups.refill;
    return counted;
end
$$;
