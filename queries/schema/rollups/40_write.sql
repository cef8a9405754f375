-- Refresh, second half: rows of hours, deleted and selected again from the staged events; rows of days
-- and weeks from those of the buckets that they are made of.

create function rollups.write_counts() returns void
language plpgsql
as $$
begin
    delete from rollups.event_counts c using pg_temp.hours h where c.hours = 1 and c.bucket = h.hour and c.segment_no in (select segment_no from rollups.segments);
    create temporary table counted on commit drop as
      with groups as (
        select hour, login_no, name_no, about_no, count(*) as events, count(*) filter (where is_product) as product_events
          from pg_temp.seen where is_inside group by 1, 2, 3, 4
    ),
    orders as (
        select hour, login_no, count(*) as orders, count(amount) as priced, count(*) filter (where is_inferred) as inferred,
               sum(units) as units, sum(amount) as revenue
          from pg_temp.seen where is_inside and is_order group by 1, 2
    ),
    -- A checkout of several items of a segment is one event of it.
    checkouts as (
        select g.segment_no, i.event_id, i.hour, i.login_no, i.name_no, i.is_product, i.is_order, i.is_inferred, sum(i.quantity) as units, sum(i.revenue) as revenue
          from pg_temp.seen_items i join pg_temp.about_segments g using (about_no)
         where i.is_inside
         group by 1, 2, 3, 4, 5, 6, 7, 8
    )
    select 0 as segment_no, g.hour, g.login_no, g.name_no, sum(g.events) as events, sum(g.product_events) as product_events,
           o.orders, o.priced, o.inferred, o.units, o.revenue
      from groups g
      left join orders o on g.name_no = 4 and o.hour = g.hour and o.login_no = g.login_no
     group by g.hour, g.login_no, g.name_no, o.orders, o.priced, o.inferred, o.units, o.revenue
     union all
    select s.segment_no, g.hour, g.login_no, g.name_no, sum(g.events), sum(g.product_events), null, null, null, null, null
      from groups g join pg_temp.about_segments s using (about_no)
     group by 1, 2, 3, 4
     union all
    select segment_no, hour, login_no, name_no, count(*), count(*) filter (where is_product), count(*) filter (where is_order), count(revenue) filter (where is_order),
           count(*) filter (where is_order and is_inferred), sum(units) filter (where is_order), sum(revenue) filter (where is_order)
      from checkouts group by 1, 2, 3, 4;
    insert into rollups.event_counts (segment_no, hours, login_no, name_no, bucket, events, product_events, orders, priced, inferred, units, revenue)
    select segment_no, 1, login_no, name_no, hour, events, product_events, orders, priced, inferred, units, revenue from pg_temp.counted
     union all
    select segment_no, 1, login_no, 0, hour, sum(events), sum(product_events), sum(orders), sum(priced), sum(inferred), sum(units), sum(revenue)
      from pg_temp.counted group by segment_no, login_no, hour;

    delete from rollups.subject_counts c using pg_temp.hours h where c.hours = 1 and c.bucket = h.hour;
    insert into rollups.subject_counts (hours, login_no, subject_no, bucket, last_at, events, views, carts, orders, units, revenue)
      with own as (
        select hour, login_no, about_no, max(at) as last_at, count(*) as events,
               count(*) filter (where name_no = 1) as views, count(*) filter (where name_no = 2) as carts
          from pg_temp.seen where is_inside and about_no is not null group by 1, 2, 3
    ),
    checkouts as (
        select s.subject_no, i.event_id, i.hour, i.login_no, i.at, coalesce(i.is_order, false) as is_order, sum(i.quantity) as units, sum(i.revenue) as revenue
          from pg_temp.seen_items i
          join pg_temp.abouts a using (about_no)
         cross join lateral unnest(array[a.product_no, a.category_no, a.brand_no, a.pair_no]) s (subject_no)
         where i.is_inside
         group by 1, 2, 3, 4, 5, 6
    )
    select 1, login_no, subject_no, hour, max(last_at), sum(events), sum(views), sum(carts), sum(orders), sum(units), sum(revenue)
      from (select o.login_no, s.subject_no, o.hour, o.last_at, o.events, o.views, o.carts, 0 as orders, 0 as units, 0 as revenue
              from own o
              join pg_temp.abouts a using (about_no)
             cross join lateral unnest(array[a.product_no, a.category_no, a.brand_no, a.pair_no]) s (subject_no)
             where s.subject_no is not null
             union all
            select login_no, subject_no, hour, at, 1, 0, 0, is_order::integer, case when is_order then units else 0 end,
                   case when is_order then coalesce(revenue, 0) else 0 end
              from checkouts) c
     group by login_no, subject_no, hour;
end
$$;

create function rollups.write_presence() returns void
language plpgsql
as $$
begin
    delete from rollups.presence p using pg_temp.hours h where p.hours = 1 and p.bucket = h.hour and p.segment_no in (select segment_no from rollups.segments);
    insert into rollups.presence (segment_no, hours, login_no, block, bucket, clients, users)
    select segment_no, 1, login_no, -1, hour,
           array_agg(person_no) filter (where not is_user), array_agg(person_no) filter (where is_user)
      from (select g.segment_no, p.hour, p.login_no, n.is_user, n.person_no
              from (select hour, login_no, about_no, client_no, user_no
                      from pg_temp.seen where is_inside group by 1, 2, 3, 4, 5
                     union all
                    select hour, login_no, about_no, client_no, user_no
                      from pg_temp.seen_items where is_inside) p
              join (select about_no, segment_no from pg_temp.about_segments) g using (about_no)
             cross join lateral (values (false, p.client_no), (true, p.user_no)) n (is_user, person_no)
             where n.person_no is not null
             group by 1, 2, 3, 4, 5
             union all
            select 0, p.hour, p.login_no, n.is_user, n.person_no
              from (select hour, login_no, client_no, user_no from pg_temp.seen where is_inside group by 1, 2, 3, 4) p
             cross join lateral (values (false, p.client_no), (true, p.user_no)) n (is_user, person_no)
             where n.person_no is not null
             group by 1, 2, 3, 4, 5) p
     group by segment_no, hour, login_no;
end
$$;

-- What each session did in each of its segments: the standard funnel is walked from step to step.
create function rollups.stage_facts() returns void
language plpgsql
as $$
begin
    create temporary table facts on commit drop as
      with done as (
        select 0 as segment_no, session_no, at, name_no, login_no, is_new, coalesce(is_order, false) as is_order
          from pg_temp.seen where session_no is not null
         union all
        select g.segment_no, s.session_no, s.at, s.name_no, s.login_no, s.is_new, false
          from pg_temp.seen s join pg_temp.about_segments g using (about_no) where s.session_no is not null
         union all
        select distinct on (g.segment_no, i.event_id) g.segment_no, i.session_no, i.at, i.name_no, i.login_no, i.is_new, i.is_order
          from pg_temp.seen_items i join pg_temp.about_segments g using (about_no) where i.session_no is not null
    ),
    mixed as materialized (
        select session_no from pg_temp.seen where session_no is not null group by 1 having min(login_no) <> max(login_no)
    ),
    twice as (
        select * from done
         union all
        select segment_no, session_no, at, name_no, login_no + 10, is_new, is_order from done where session_no in (select session_no from mixed)
    )
    -- A session of one login state is one row, under that state; of several: under -1 and again under each.
    select m.segment_no, m.session_no, case when part is not null then part when is_mixed then -1 else login_no end::smallint as login_no, is_mixed, f.*
      from (select segment_no, session_no, case when login_no >= 10 then login_no - 10 end as part, min(login_no) as login_no,
                   session_no in (select session_no from mixed) as is_mixed,
                   count(*) as events, min(at) as first_at, max(at) as last_at, bool_or(is_new) as is_new,
                   min(at) filter (where name_no = 1) as view_at, array_agg(at) filter (where name_no = 2) as carts,
                   array_agg(at) filter (where name_no = 3) as starts, array_agg(at) filter (where name_no = 4) as completes,
                   count(*) filter (where name_no = 5) as page_views, bool_or(is_order) as has_order
              from twice
             group by 1, 2, 3) m
     cross join lateral metrics.facts_of(events, first_at, last_at, is_new, view_at, carts, starts, completes, page_views, has_order) f;
    analyze pg_temp.facts;
end
$$;

create function rollups.write_sessions() returns void
language plpgsql
as $$
begin
    delete from rollups.sessions s using pg_temp.ids i where s.session_id = i.session_id;
    insert into rollups.sessions
        (first_at, last_at, lasted, wait2, wait3, wait4, events, origin_no, agent_no, entry_page, exit_page, span, login_no, member,
         is_new, entered, carted, abandoned, converted, engaged, session_id)
      with ends as materialized (
        select s.session_no, (array_agg(s.event_id order by s.at, s.event_id))[1] as first_id,
               (array_agg(s.event_id order by s.at desc, s.event_id desc))[1] as last_id,
               max(case when s.login_no = 1 or s.user_no is not null then 2 when s.login_no = 3 then 1 else 0 end) as member
          from pg_temp.seen s join pg_temp.visitors v using (session_no)
         where v.is_changed
         group by 1
    ),
    outer_context as materialized (
        select e.session_no, e.member, f.origin_no, f.agent_no, f.page_no as entry_page, l.page_no as exit_page
          from ends e
          left join lateral (select * from context.events x where x.event_id = e.first_id offset 0) f on true
          left join lateral (select * from context.events x where x.event_id = e.last_id offset 0) l on true
    ),
    -- Where the first event and the last do not say it, those between are asked.
    inner_context as (
        select s.session_no,
               (array_agg(x.origin_no order by s.at, s.event_id) filter (where x.page_no is not null))[1] as origin_no,
               (array_agg(x.agent_no order by s.at, s.event_id) filter (where x.agent_no is not null))[1] as agent_no,
               (array_agg(x.page_no order by s.at, s.event_id) filter (where x.page_no is not null))[1] as entry_page,
               (array_agg(x.page_no order by s.at desc, s.event_id desc) filter (where x.page_no is not null))[1] as exit_page
          from outer_context o
          join pg_temp.seen s using (session_no)
          left join lateral (select * from context.events x where x.event_id = s.event_id offset 0) x on true
         where o.agent_no is null or o.entry_page is null or o.exit_page is null
         group by 1
    )
    select f.first_at, f.last_at, f.lasted, f.wait2, f.wait3, f.wait4, f.events,
           case when o.entry_page is not null then o.origin_no else i.origin_no end, coalesce(o.agent_no, i.agent_no),
           coalesce(o.entry_page, i.entry_page), coalesce(o.exit_page, i.exit_page),
           case when f.last_at - f.first_at <= interval '1 hour' then 0 when f.last_at - f.first_at <= interval '1 day' then 1 else 2 end,
           f.login_no, o.member, f.is_new, f.entered, f.carted, f.abandoned, f.converted, f.engaged, v.session_id
      from pg_temp.facts f
      join pg_temp.visitors v using (session_no)
      join outer_context o using (session_no)
      left join inner_context i using (session_no)
     where f.segment_no = 0 and (f.login_no = -1 or not f.is_mixed);
end
$$;

create function rollups.write_visits() returns void
language plpgsql
as $$
begin
    create temporary table start_hours on commit drop as
    select metrics.bucket_of(1::smallint, first_at) as hour
      from (select first_at from pg_temp.ids where first_at is not null
             union all
            select s.first_at from pg_temp.visitors v
             cross join lateral (select first_at from rollups.sessions s where s.session_id = v.session_id offset 0) s) f
     where metrics.in_calendar(first_at)
     group by 1;
    delete from rollups.visits v using pg_temp.start_hours h
     where v.hours = 1 and v.bucket = h.hour and v.segment_no in (select segment_no from rollups.segments);

    create temporary table begun on commit drop as
    select metrics.bucket_of(1::smallint, o.first_at) as bucket, f.*
      from pg_temp.facts f
      join (select v.session_no, s.first_at from pg_temp.visitors v
             cross join lateral (select first_at from rollups.sessions s where s.session_id = v.session_id offset 0) s) o using (session_no);
    insert into rollups.visits
      with sums as (
        select g.segment_no, l.login_no, g.bucket, sum(sessions) as sessions, sum(events) as events, sum(entered) as entered, sum(carted) as carted,
               sum(abandoned) as abandoned, sum(converted) as converted, sum(engaged) as engaged, sum(new_sessions) as new_sessions
          from (select segment_no, login_no, is_mixed, bucket, count(*) as sessions, sum(events) as events, count(*) filter (where entered) as entered,
                       count(*) filter (where carted) as carted, count(*) filter (where abandoned) as abandoned, count(*) filter (where converted) as converted,
                       count(*) filter (where engaged) as engaged, count(*) filter (where is_new) as new_sessions
                  from pg_temp.begun group by 1, 2, 3, 4) g
         -- In its login state; and one that has no other, also in all.
         cross join lateral (values (g.login_no), (case when not g.is_mixed then -1::smallint end)) l (login_no)
         where l.login_no is not null
         group by 1, 2, 3
    ),
    lengths as (
        select g.segment_no, l.login_no, g.bucket, g.measure, g.seconds, sum(g.sessions) as sessions
          from (select b.segment_no, b.login_no, b.is_mixed, b.bucket, m.measure, m.seconds, count(*) as sessions
                  from pg_temp.begun b
                 cross join lateral (values (1, lasted), (2, wait2), (3, wait3), (4, wait4)) m (measure, seconds)
                 where m.seconds is not null
                 group by 1, 2, 3, 4, 5, 6) g
         cross join lateral (values (g.login_no), (case when not g.is_mixed then -1::smallint end)) l (login_no)
         where l.login_no is not null
         group by 1, 2, 3, 4, 5
    )
    select segment_no, 1, login_no, bucket, s.sessions, s.events, entered, carted, abandoned, converted, engaged, new_sessions,
           h.lasted_seconds, h.lasted_sessions, h.wait2_seconds, h.wait2_sessions, h.wait3_seconds, h.wait3_sessions, h.wait4_seconds, h.wait4_sessions
      from sums s
      join (select segment_no, login_no, bucket,
                   array_agg(seconds) filter (where measure = 1) as lasted_seconds, array_agg(sessions) filter (where measure = 1) as lasted_sessions,
                   array_agg(seconds) filter (where measure = 2) as wait2_seconds, array_agg(sessions) filter (where measure = 2) as wait2_sessions,
                   array_agg(seconds) filter (where measure = 3) as wait3_seconds, array_agg(sessions) filter (where measure = 3) as wait3_sessions,
                   array_agg(seconds) filter (where measure = 4) as wait4_seconds, array_agg(sessions) filter (where measure = 4) as wait4_sessions
              from lengths group by 1, 2, 3) h using (segment_no, login_no, bucket);
end
$$;

-- A day out of its hours, a week out of its days.
create function rollups.fill_bucket(into_hours smallint, from_hours smallint, starts timestamptz) returns void
language plpgsql
as $$
declare
    ends constant timestamptz := starts + make_interval(hours => into_hours);
    nobody constant bit(32768) := repeat('0', 32768)::bit(32768);
    known constant integer := (select min(segments) from rollups.filled where hours = from_hours and bucket >= starts and bucket < ends);
begin
    delete from rollups.event_counts where hours = into_hours and bucket = starts and segment_no in (select segment_no from rollups.segments);
    insert into rollups.event_counts (segment_no, hours, login_no, name_no, bucket, events, product_events, orders, priced, inferred, units, revenue)
    select segment_no, into_hours, login_no, name_no, starts, sum(events), sum(product_events), sum(orders), sum(priced), sum(inferred), sum(units), sum(revenue)
      from rollups.event_counts
     where hours = from_hours and bucket >= starts and bucket < ends and segment_no in (select segment_no from rollups.segments s where s.segment_no <= known)
     group by segment_no, login_no, name_no;

    delete from rollups.subject_counts where hours = into_hours and bucket = starts;
    insert into rollups.subject_counts (hours, login_no, subject_no, bucket, last_at, events, views, carts, orders, units, revenue)
    select into_hours, login_no, subject_no, starts, max(last_at), sum(events), sum(views), sum(carts), sum(orders), sum(units), sum(revenue)
      from rollups.subject_counts where hours = from_hours and bucket >= starts and bucket < ends
     group by login_no, subject_no;

    delete from rollups.visits where hours = into_hours and bucket = starts and segment_no in (select segment_no from rollups.segments);
    insert into rollups.visits
      with parts as materialized (
        select * from rollups.visits
         where hours = from_hours and bucket >= starts and bucket < ends and segment_no in (select segment_no from rollups.segments s where s.segment_no <= known)
    ),
    sums as (
        select segment_no, login_no, sum(sessions) as sessions, sum(events) as events, sum(entered) as entered, sum(carted) as carted,
               sum(abandoned) as abandoned, sum(converted) as converted, sum(engaged) as engaged, sum(new_sessions) as new_sessions
          from parts group by 1, 2
    ),
    lengths as (
        select p.segment_no, p.login_no, m.measure, u.seconds, sum(u.sessions) as sessions
          from parts p
         cross join lateral (values (1, lasted_seconds, lasted_sessions), (2, wait2_seconds, wait2_sessions),
                                    (3, wait3_seconds, wait3_sessions), (4, wait4_seconds, wait4_sessions)) m (measure, seconds, sessions)
         cross join lateral unnest(m.seconds, m.sessions) u (seconds, sessions)
         group by 1, 2, 3, 4
    )
    select segment_no, into_hours, login_no, starts, s.sessions, s.events, entered, carted, abandoned, converted, engaged, new_sessions,
           h.lasted_seconds, h.lasted_sessions, h.wait2_seconds, h.wait2_sessions, h.wait3_seconds, h.wait3_sessions, h.wait4_seconds, h.wait4_sessions
      from sums s
      join (select segment_no, login_no,
                   array_agg(seconds) filter (where measure = 1) as lasted_seconds, array_agg(sessions) filter (where measure = 1) as lasted_sessions,
                   array_agg(seconds) filter (where measure = 2) as wait2_seconds, array_agg(sessions) filter (where measure = 2) as wait2_sessions,
                   array_agg(seconds) filter (where measure = 3) as wait3_seconds, array_agg(sessions) filter (where measure = 3) as wait3_sessions,
                   array_agg(seconds) filter (where measure = 4) as wait4_seconds, array_agg(sessions) filter (where measure = 4) as wait4_sessions
              from lengths group by 1, 2) h using (segment_no, login_no);

    delete from rollups.presence where hours = into_hours and bucket = starts and segment_no in (select segment_no from rollups.segments);
    insert into rollups.presence (segment_no, hours, login_no, block, bucket, client_bits, user_bits)
      with parts as materialized (
        select * from rollups.presence
         where hours = from_hours and bucket >= starts and bucket < ends and segment_no in (select segment_no from rollups.segments s where s.segment_no <= known)
    ),
    -- Numbers become bits, each person's bit once.
    bits as (
        select segment_no, login_no, person_no / 32768 as block,
               bit_or(set_bit(nobody, person_no % 32768, 1)) filter (where not is_user) as client_bits,
               bit_or(set_bit(nobody, person_no % 32768, 1)) filter (where is_user) as user_bits
          from (select p.segment_no, p.login_no, n.is_user, u.person_no
                  from parts p
                 cross join lateral (values (false, p.clients), (true, p.users)) n (is_user, numbers)
                 cross join lateral unnest(n.numbers) u (person_no)
                 where p.block = -1
                 group by 1, 2, 3, 4) n
         group by 1, 2, 3
         union all
        select segment_no, login_no, block, bit_or(client_bits), bit_or(user_bits)
          from parts where block >= 0 and login_no >= 0 group by 1, 2, 3
    )
    select segment_no, into_hours, login_no, block, starts, client_bits, user_bits from bits
     union all
    select segment_no, into_hours, -1, block, starts, bit_or(client_bits), bit_or(user_bits) from bits group by segment_no, block;

    insert into rollups.filled values (into_hours, starts, known)
    on conflict (hours, bucket) do update set segments = excluded.segments;
end
$$;
