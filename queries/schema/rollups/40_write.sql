-- Refresh, second half: rows of hours, deleted and computed again from the staged events; those of
-- longer buckets from the rows of the buckets that they are made of.

create function rollups.write_counts() returns void
language plpgsql as $$
begin
    delete from rollups.event_counts c using pg_temp.hours h where c.hours = 1 and c.bucket = h.hour;
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
    select segment_no, 1, coalesce(login_no, -1), 0, hour, sum(events), sum(product_events), sum(orders), sum(priced), sum(inferred), sum(units), sum(revenue)
      from pg_temp.counted group by grouping sets ((segment_no, login_no, hour), (segment_no, hour));

    delete from rollups.subject_counts c using pg_temp.hours h where c.hours = 1 and c.bucket = h.hour;
    insert into rollups.subject_counts (hours, kind, login_no, subject_no, bucket, last_at, events, views, carts, orders, units, revenue)
      with own as (
        select hour, login_no, about_no, max(at) as last_at, count(*) as events,
               count(*) filter (where name_no = 1) as views, count(*) filter (where name_no = 2) as carts
          from pg_temp.seen where is_inside and about_no is not null group by 1, 2, 3
    ),
    checkouts as (
        select s.kind, s.subject_no, i.event_id, i.hour, i.login_no, i.at, coalesce(i.is_order, false) as is_order, sum(i.quantity) as units, sum(i.revenue) as revenue
          from pg_temp.seen_items i
          join pg_temp.about_subjects s using (about_no)
         where i.is_inside
         group by 1, 2, 3, 4, 5, 6, 7
    )
    select 1, kind, login_no, subject_no, hour, max(last_at), sum(events), sum(views), sum(carts), sum(orders), sum(units), sum(revenue)
      from (select s.kind, o.login_no, s.subject_no, o.hour, o.last_at, o.events, o.views, o.carts, 0 as orders, 0 as units, 0 as revenue
              from own o
              join pg_temp.about_subjects s using (about_no)
             union all
            select kind, login_no, subject_no, hour, at, 1, 0, 0, is_order::integer, case when is_order then units else 0 end,
                   case when is_order then coalesce(revenue, 0) else 0 end
              from checkouts) c
     group by kind, login_no, subject_no, hour;
end
$$;

create function rollups.write_presence() returns void
language plpgsql as $$
begin
    delete from rollups.presence p using pg_temp.hours h where p.hours = 1 and p.bucket = h.hour;
    insert into rollups.presence (segment_no, hours, login_no, block, bucket, clients, users)
      with there as materialized (
        select hour, login_no, about_no, client_no, user_no from pg_temp.seen where is_inside group by 1, 2, 3, 4, 5
    )
    select segment_no, 1, login_no, -1, hour, array_agg(person_no) filter (where not is_user), array_agg(person_no) filter (where is_user)
      from (select distinct p.segment_no, p.hour, p.login_no, n.is_user, n.person_no
              from (select 0 as segment_no, hour, login_no, client_no, user_no from there group by 1, 2, 3, 4, 5
                     union all
                    select g.segment_no, p.hour, p.login_no, p.client_no, p.user_no
                      from (select hour, login_no, about_no, client_no, user_no from there
                             union all
                            select hour, login_no, about_no, client_no, user_no from pg_temp.seen_items where is_inside) p
                      join pg_temp.about_segments g using (about_no)) p
             cross join lateral (values (false, p.client_no), (true, p.user_no)) n (is_user, person_no)
             where n.person_no is not null) p
     group by segment_no, hour, login_no;
end
$$;

-- What each session did in each of its segments: as a whole, and then, where its login states are
-- several, the part that it did in each.
create function rollups.stage_facts() returns void
language plpgsql as $$
begin
    create temporary table facts (
        segment_no integer, session_no bigint, login_no smallint,
        events integer, first_at timestamptz, last_at timestamptz, is_new boolean, entered boolean, carted boolean, abandoned boolean,
        converted boolean, engaged boolean, lasted integer, wait2 integer, wait3 integer, wait4 integer) on commit drop;
    for parts in 0 .. 1 loop
        insert into pg_temp.facts
        select m.segment_no, m.session_no, m.login_no, f.*
          from (select segment_no, session_no, case when parts = 1 then 10 + min(login_no) when min(login_no) = max(login_no) then min(login_no) else -1 end as login_no,
                       count(*) as events, min(at) as first_at, max(at) as last_at, bool_or(is_new) as is_new,
                       min(at) filter (where name_no = 1) as view_at, array_agg(at) filter (where name_no = 2) as carts,
                       array_agg(at) filter (where name_no = 3) as starts, array_agg(at) filter (where name_no = 4) as completes,
                       count(*) filter (where name_no = 5) as page_views, coalesce(bool_or(is_order), false) as has_order
                  from (select 0 as segment_no, session_no, at, name_no, login_no, is_new, is_order from pg_temp.seen
                         union all
                        select g.segment_no, s.session_no, s.at, s.name_no, s.login_no, s.is_new, false
                          from pg_temp.seen s join pg_temp.about_segments g using (about_no)
                         union all
                        select distinct on (g.segment_no, i.event_id) g.segment_no, i.session_no, i.at, i.name_no, i.login_no, i.is_new, i.is_order
                          from pg_temp.seen_items i join pg_temp.about_segments g using (about_no)) d
                 where session_no is not null
                   and (parts = 0 or (segment_no, session_no) in (select segment_no, session_no from pg_temp.facts where login_no = -1))
                 group by segment_no, session_no, case when parts = 1 then login_no end) m
         cross join lateral metrics.facts_of(events, first_at, last_at, is_new, view_at, carts, starts, completes, page_views, has_order) f;
    end loop;
end
$$;

create function rollups.write_sessions() returns void
language plpgsql as $$
begin
    -- By their places, so that the planner does not read all sessions to find them.
    delete from rollups.sessions
     where ctid = any (array(
               select s.ctid
                 from pg_temp.ids i cross join lateral (select ctid from rollups.sessions s where s.session_id = i.session_id offset 0) s));
    insert into rollups.sessions
        (first_at, last_at, lasted, wait2, wait3, wait4, events, origin_no, agent_no, entry_page, exit_page, span, login_no, member,
         is_new, entered, carted, abandoned, converted, engaged, session_id)
      with changed as materialized (
        select f.*, v.session_id
          from pg_temp.facts f join pg_temp.visitors v using (session_no)
         where f.segment_no = 0 and f.login_no < 10 and v.is_changed
    ),
    ends as (
        select s.session_no, min(s.event_id::text collate "C") filter (where s.at = c.first_at)::uuid as first_id,
               max(s.event_id::text collate "C") filter (where s.at = c.last_at)::uuid as last_id,
               max(case when s.login_no = 1 or s.user_no is not null then 2 when s.login_no = 3 then 1 else 0 end) as member
          from pg_temp.seen s join changed c using (session_no)
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
    select c.first_at, c.last_at, c.lasted, c.wait2, c.wait3, c.wait4, c.events,
           case when o.entry_page is not null then o.origin_no else i.origin_no end, coalesce(o.agent_no, i.agent_no),
           coalesce(o.entry_page, i.entry_page), coalesce(o.exit_page, i.exit_page),
           case when c.last_at - c.first_at <= interval '1 hour' then 0 when c.last_at - c.first_at <= interval '1 day' then 1 else 2 end,
           c.login_no, o.member, c.is_new, c.entered, c.carted, c.abandoned, c.converted, c.engaged, c.session_id
      from changed c
      join outer_context o using (session_no)
      left join inner_context i using (session_no);
end
$$;

create function rollups.write_visits() returns void
language plpgsql as $$
begin
    create temporary table start_hours on commit drop as
    select start_hour as hour from pg_temp.visitors
     union
    select metrics.bucket_of(1::smallint, first_at) from pg_temp.ids where metrics.in_calendar(first_at);
    delete from rollups.visits v using pg_temp.start_hours h
     where v.hours = 1 and v.bucket = h.hour;
    insert into rollups.visits
      with begun as materialized (
        select f.*, v.start_hour from pg_temp.facts f join pg_temp.visitors v using (session_no)
    ),
    lengths as (
        select segment_no, login_no, start_hour, m.measure, m.seconds, count(*)::integer as sessions
          from begun
         cross join lateral (values (1, lasted), (2, wait2), (3, wait3), (4, wait4)) m (measure, seconds)
         where m.seconds is not null
         group by 1, 2, 3, 4, 5
    )
    select segment_no, 1, login_no, start_hour, s.sessions, s.events, s.entered, s.carted, s.abandoned, s.converted, s.engaged, s.new_sessions,
           l.measures, l.seconds, l.counts
      from (select segment_no, login_no, start_hour, count(*) as sessions, sum(events) as events, count(*) filter (where entered) as entered,
                   count(*) filter (where carted) as carted, count(*) filter (where abandoned) as abandoned,
                   count(*) filter (where converted) as converted, count(*) filter (where engaged) as engaged,
                   count(*) filter (where is_new) as new_sessions
              from begun group by 1, 2, 3) s
      join (select segment_no, login_no, start_hour, array_agg(measure) as measures, array_agg(seconds) as seconds, array_agg(sessions) as counts
              from lengths group by 1, 2, 3) l using (segment_no, login_no, start_hour);
end
$$;

-- A quarter of a day or a day out of its hours, a week out of its days. Quarters are filled for the whole
-- shop only: in other segments they would have about as many rows as the hours.
create function rollups.fill_bucket(into_hours smallint, from_hours smallint, starts timestamptz) returns void
language plpgsql as $$
declare
    ends constant timestamptz := starts + make_interval(hours => into_hours);
    no_bits constant bit(16384) := repeat('0', 16384)::bit(16384);
    known constant integer := case when into_hours > 6
        then (select min(segments) from rollups.filled where hours = from_hours and bucket >= starts and bucket < ends) else 0 end;
begin
    delete from rollups.event_counts where hours = into_hours and bucket = starts;
    insert into rollups.event_counts (segment_no, hours, login_no, name_no, bucket, events, product_events, orders, priced, inferred, units, revenue)
    select segment_no, into_hours, login_no, name_no, starts, sum(events), sum(product_events), sum(orders), sum(priced), sum(inferred), sum(units), sum(revenue)
      from rollups.event_counts
     where hours = from_hours and bucket >= starts and bucket < ends and segment_no <= known
     group by segment_no, login_no, name_no;

    delete from rollups.subject_counts where hours = into_hours and bucket = starts;
    insert into rollups.subject_counts (hours, kind, login_no, subject_no, bucket, last_at, events, views, carts, orders, units, revenue)
    select into_hours, kind, coalesce(login_no, -1), subject_no, starts, max(last_at), sum(events), sum(views), sum(carts), sum(orders), sum(units), sum(revenue)
      from rollups.subject_counts where hours = from_hours and bucket >= starts and bucket < ends and login_no >= 0
     group by grouping sets ((kind, login_no, subject_no), (kind, subject_no));

    delete from rollups.visits where hours = into_hours and bucket = starts;
    insert into rollups.visits
      -- Under -2 all login states together.
      with parts as materialized (
        select v.*, l.login_no as into_login
          from rollups.visits v
         cross join lateral (values (v.login_no), (case when v.login_no between -1 and 4 then -2::smallint end)) l (login_no)
         where v.hours = from_hours and v.bucket >= starts and v.bucket < ends and v.login_no > -2 and l.login_no is not null
           and v.segment_no <= known
    ),
    lengths as (
        select p.segment_no, p.into_login, u.measure, u.seconds, sum(u.sessions) as sessions
          from parts p cross join lateral unnest(p.measures, p.seconds, p.counts) u (measure, seconds, sessions)
         group by 1, 2, 3, 4
    )
    select segment_no, into_hours, into_login, starts, s.sessions, s.events, s.entered, s.carted, s.abandoned, s.converted, s.engaged, s.new_sessions,
           l.measures, l.seconds, l.counts
      from (select segment_no, into_login, sum(sessions) as sessions, sum(events) as events, sum(entered) as entered, sum(carted) as carted,
                   sum(abandoned) as abandoned, sum(converted) as converted, sum(engaged) as engaged, sum(new_sessions) as new_sessions
              from parts group by 1, 2) s
      join (select segment_no, into_login, array_agg(measure) as measures, array_agg(seconds) as seconds, array_agg(sessions) as counts
              from lengths group by 1, 2) l using (segment_no, into_login);

    delete from rollups.presence where hours = into_hours and bucket = starts;
    insert into rollups.presence (segment_no, hours, login_no, block, bucket, client_bits, user_bits)
      with parts as materialized (
        select * from rollups.presence
         where hours = from_hours and bucket >= starts and bucket < ends and segment_no <= known
    ),
    -- Numbers become bits, each person's bit once.
    bits as (
        select segment_no, login_no, person_no / 16384 as block,
               bit_or(set_bit(no_bits, person_no % 16384, 1)) filter (where not is_user) as client_bits,
               bit_or(set_bit(no_bits, person_no % 16384, 1)) filter (where is_user) as user_bits
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
