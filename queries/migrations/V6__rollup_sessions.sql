-- Keeps the sessions in step with the events. A session that gets an event is
-- read again as a whole; what it was before is taken out of the sums.

create function rollups.add_sessions() returns trigger
language plpgsql security definer
-- Planned once, maybe on an empty table, and used while it grows: the look-ups
-- must go by the indexes from the start.
set search_path = pg_catalog, pg_temp set enable_nestloop = off set enable_seqscan = off set jit = off
as $$
declare
    epoch constant timestamptz := 'epoch';
begin
    if not (select ready from rollups.state) then
        return null;
    end if;

    with touched as materialized (
        select distinct session_id
          from fresh
         where session_id <> '' and rollups.in_calendar(event_timestamp)
    ),
    old as (
        delete from rollups.sessions s
         where s.ctid = any (array(
                   select o.ctid
                     from touched t
                    cross join lateral (
                        select r.ctid from rollups.sessions r where r.session_id = t.session_id offset 0) o))
        returning s.*
    ),
    events as materialized (
        select t.session_id, e.at, l.word_no as login_no, e.event_name, e.is_first_visit
          from touched t
         cross join lateral (
             select k.event_timestamp as at, coalesce(k.user_login_state, '') as login, k.event_name, k.is_first_visit
               from public.clickstream_events k
              where k.session_id = t.session_id
                and k.session_id <> ''
             offset 0) e
          join rollups.words l on l.word = e.login
         -- Out here, or the index of times would be read as a whole for each session.
         where rollups.in_calendar(e.at)
    ),
    -- What a session did in one login state.
    slices as materialized (
        select session_id, login_no,
               count(*) over (partition by session_id) as states,
               events, first_at, last_at, carts, completes, is_new, hours
          from (select session_id, login_no,
                       count(*) as events,
                       min(at) as first_at,
                       max(at) as last_at,
                       count(*) filter (where event_name = 'add_to_cart_click') as carts,
                       count(*) filter (where event_name = 'checkout_complete') as completes,
                       coalesce(bool_or(is_first_visit), false) as is_new,
                       array_agg(distinct date_bin('1 hour', at, epoch)) as hours
                  from events
                 group by 1, 2) s
    ),
    units as materialized (
        select session_id, login_no, states > 1 as is_part, events, first_at, last_at, carts, completes, is_new, hours
          from slices
         union all
        select session_id, null, false, events, first_at, last_at, carts, completes, is_new, hours
          from (select session_id, sum(events) as events, min(first_at) as first_at, max(last_at) as last_at,
                       sum(carts) as carts, sum(completes) as completes, bool_or(is_new) as is_new
                  from slices
                 where states > 1
                 group by 1) s
          join (select session_id, array_agg(distinct hour) as hours
                  from slices, unnest(hours) hour
                 where states > 1
                 group by 1) h using (session_id)
    ),
    steps as materialized (
        select session_id, login_no as unit, at, event_name
          from events
         where event_name in ('product_view', 'add_to_cart_click', 'checkout_start', 'checkout_complete')
         union all
        -- 0 is no number of a word: the whole of a session with several states.
        select e.session_id, 0, e.at, e.event_name
          from events e
          join units u on u.session_id = e.session_id and u.login_no is null
         where e.event_name in ('product_view', 'add_to_cart_click', 'checkout_start', 'checkout_complete')
    ),
    step1 as materialized (
        select session_id, unit, min(at) as at
          from steps where event_name = 'product_view' group by 1, 2
    ),
    step2 as materialized (
        select b.session_id, b.unit, b.at as before, min(s.at) as at
          from step1 b
          join steps s on s.session_id = b.session_id and s.unit = b.unit and s.at >= b.at
         where s.event_name = 'add_to_cart_click' group by 1, 2, 3
    ),
    step3 as materialized (
        select b.session_id, b.unit, b.at as before, min(s.at) as at
          from step2 b
          join steps s on s.session_id = b.session_id and s.unit = b.unit and s.at >= b.at
         where s.event_name = 'checkout_start' group by 1, 2, 3
    ),
    step4 as materialized (
        select b.session_id, b.unit, b.at as before, min(s.at) as at
          from step3 b
          join steps s on s.session_id = b.session_id and s.unit = b.unit and s.at >= b.at
         where s.event_name = 'checkout_complete' group by 1, 2, 3
    ),
    new as (
        insert into rollups.sessions
               (session_id, first_at, last_at, hours, wait2, wait3, wait4, events, carts, completes,
                span, reached, is_part, is_new, login_no)
        select u.session_id, u.first_at, u.last_at, u.hours,
               floor(extract(epoch from step2.at - step2.before)),
               floor(extract(epoch from step3.at - step3.before)),
               floor(extract(epoch from step4.at - step4.before)),
               u.events, u.carts, u.completes,
               case when u.last_at - u.first_at <= interval '1 hour' then 0
                    else ceil(log(4, extract(epoch from u.last_at - u.first_at) / 3600)) end,
               case when step4.at is not null then 4
                    when step3.at is not null then 3
                    when step2.at is not null then 2
                    when step1.at is not null then 1
                    else 0 end,
               u.is_part, u.is_new, u.login_no
          from (select *, coalesce(login_no, 0) as unit from units) u
          left join step1 using (session_id, unit)
          left join step2 using (session_id, unit)
          left join step3 using (session_id, unit)
          left join step4 using (session_id, unit)
        returning *
    ),
    changed as materialized (
        select 1 as sign, * from new union all select -1, * from old
    ),
    counts as (
        insert into rollups.session_counts as t
        select grain, bucket, is_part, login_no,
               sum(sign),
               sum(sign * events),
               coalesce(sum(sign) filter (where carts > 0), 0),
               coalesce(sum(sign) filter (where completes > 0), 0),
               coalesce(sum(sign) filter (where carts > 0 and completes = 0), 0),
               coalesce(sum(sign) filter (where events = 1), 0),
               coalesce(sum(sign) filter (where is_new), 0),
               array[coalesce(sum(sign) filter (where reached >= 1), 0),
                     coalesce(sum(sign) filter (where reached >= 2), 0),
                     coalesce(sum(sign) filter (where reached >= 3), 0),
                     coalesce(sum(sign) filter (where reached >= 4), 0)]
          from changed
         cross join lateral (values ('h'::"char", date_bin('1 hour', first_at, epoch)),
                                    ('d'::"char", date_bin('1 day', first_at, epoch))) g (grain, bucket)
         group by 1, 2, 3, 4
            on conflict (grain, bucket, is_part, login_no) do update
           set sessions = t.sessions + excluded.sessions,
               events = t.events + excluded.events,
               carted = t.carted + excluded.carted,
               converted = t.converted + excluded.converted,
               abandoned = t.abandoned + excluded.abandoned,
               bounces = t.bounces + excluded.bounces,
               new_sessions = t.new_sessions + excluded.new_sessions,
               reached = array[t.reached[1] + excluded.reached[1], t.reached[2] + excluded.reached[2],
                               t.reached[3] + excluded.reached[3], t.reached[4] + excluded.reached[4]]
    ),
    by_hour as (
        insert into rollups.session_hours as t
        select h.hour, h.previous, is_part, login_no, sum(sign)
          from changed
         cross join lateral (
             select hour, coalesce(lag(hour) over (order by hour), '-infinity') as previous
               from unnest(hours) hour) h
         group by 1, 2, 3, 4
        having sum(sign) <> 0
            on conflict (hour, previous, is_part, login_no) do update
           set sessions = t.sessions + excluded.sessions
    )
    insert into rollups.session_seconds as t
    select measure, is_exact, date_bin('1 day', first_at, epoch),
           case when is_exact then seconds else rollups.coarse(seconds) end,
           is_part, login_no, sum(sign)
      from changed
     cross join lateral (values (1::smallint, floor(extract(epoch from last_at - first_at))::bigint),
                                (2::smallint, wait2), (3::smallint, wait3), (4::smallint, wait4)) m (measure, seconds)
     cross join (values (true), (false)) x (is_exact)
     where seconds is not null
     group by 1, 2, 3, 4, 5, 6
    having sum(sign) <> 0
        on conflict (measure, is_exact, day, seconds, is_part, login_no) do update
       set sessions = t.sessions + excluded.sessions;
    return null;
end
$$;

-- The triggers run in the order of their names: words and subjects are numbered
-- before the others use the numbers.
create trigger rollups_0_turn before insert on public.clickstream_events
    for each statement execute function rollups.take_turn();
create trigger rollups_1_counts after insert on public.clickstream_events
    referencing new table as fresh for each statement execute function rollups.add_counts();
create trigger rollups_2_people after insert on public.clickstream_events
    referencing new table as fresh for each statement execute function rollups.add_people();
create trigger rollups_3_sessions after insert on public.clickstream_events
    referencing new table as fresh for each statement execute function rollups.add_sessions();
