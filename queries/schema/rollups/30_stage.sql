-- Refresh, first half: everything that the rows to be selected again are made of, in temporary
-- tables of numbers. See refresh_day (50_refresh.sql) for the order of the steps.

-- What is to be refreshed of a day: its hours in the log, or all of them, and the sessions that changed
-- in them. `is_elsewhere`: may have events in other hours; `is_long`: has too many to be a session, and
-- `turned`: has become so, or is no longer.
create function rollups.stage_day(day timestamptz) returns void
language plpgsql
as $$
declare
    most constant integer := (select session_events from rollups.settings);
    is_whole boolean;
begin
    delete from rollups.todo t where t.day = stage_day.day;
    -- A day that was never counted is counted from its events, not from its log.
    is_whole := found or not exists (
        select from rollups.filled f where f.hours = 1 and f.bucket >= stage_day.day and f.bucket < stage_day.day + interval '24 hours');
    create temporary table logged as
      with gone as (
        delete from rollups.stale s where s.hour >= stage_day.day and s.hour < stage_day.day + interval '24 hours' returning *
    )
    select hour, session_id from gone group by 1, 2;
    create temporary table hours as
    select hour from pg_temp.logged
     union
    select generate_series(stage_day.day, stage_day.day + interval '23 hours', '1 hour') where is_whole;
    analyze pg_temp.hours;

    create temporary table hour_sessions as
    select session_id, count(*) as events,
           bool_or(event_name in ('checkout_start', 'checkout_complete')) as has_checkout
      from pg_temp.hours h
     cross join lateral (
         select * from public.clickstream_events e
          where e.event_timestamp >= h.hour and e.event_timestamp < h.hour + interval '1 hour' offset 0) e
     where metrics.known_id(session_id) is not null
     group by session_id;
    analyze pg_temp.hour_sessions;

    create temporary table ids as
    select i.session_id, s.first_at, coalesce(h.events, 0) as events_here,
           is_whole or s.session_id is not null or h.session_id is null
               or exists (select from rollups.stale l where l.session_id = i.session_id) as is_elsewhere,
           coalesce(h.has_checkout, false) as has_checkout, l.session_id is not null as was_long, false as is_long
      from (select session_id from pg_temp.logged where session_id is not null
             union
            select session_id from pg_temp.hour_sessions where is_whole
             union
            select s.session_id
              from generate_series(0, 2) span
             cross join lateral (
                 select * from rollups.sessions s
                  where s.span = span.span and s.first_at < stage_day.day + interval '24 hours' and s.last_at >= stage_day.day
                    and s.first_at >= case span.span when 0 then stage_day.day - interval '1 hour' when 1 then stage_day.day - interval '1 day' else '-infinity' end offset 0) s
             where is_whole) i
      left join pg_temp.hour_sessions h using (session_id)
      left join lateral (select session_id, first_at from rollups.sessions s where s.session_id = i.session_id offset 0) s on true
      left join rollups.long_sessions l on l.session_id = i.session_id;
    analyze pg_temp.ids;

    update pg_temp.ids i
       set is_long = n.events > most, is_elsewhere = n.events > i.events_here
      from (select i.session_id, (select count(*) from (select from public.clickstream_events e
                                                         where e.session_id = i.session_id and e.session_id <> '' limit most + 1) e) as events
              from pg_temp.ids i
             where i.is_elsewhere or i.was_long or i.events_here > most) n
     where n.session_id = i.session_id;
    insert into rollups.long_sessions select session_id from pg_temp.ids where is_long and not was_long;
    delete from rollups.long_sessions l using pg_temp.ids i where l.session_id = i.session_id and i.was_long and not i.is_long;
end
$$;

-- Selects the checkouts of the sessions that changed again, and those without a session in the hours.
-- The hours of these checkouts are selected again, too: they are about other products when a cart changes.
create function rollups.stage_checkouts() returns void
language plpgsql
as $$
declare
    of_sessions text[];
    alone uuid[];
begin
    create temporary table old_checkouts as
      with gone as (
        delete from rollups.checkouts c
         using (select c.event_id
                  from pg_temp.ids i
                 cross join lateral (select * from rollups.checkouts c where c.session_id = i.session_id offset 0) c
                 union
                select c.event_id
                  from pg_temp.hours h
                  join rollups.checkouts c on c.session_id is null and c.event_timestamp >= h.hour and c.event_timestamp < h.hour + interval '1 hour') o
         where c.event_id = o.event_id
        returning c.event_id, c.event_timestamp
    )
    select * from gone;
    delete from rollups.checkout_items i using pg_temp.old_checkouts o where i.event_id = o.event_id;

    of_sessions := array(
        select session_id from pg_temp.ids i
         where not is_long
           and (has_checkout or is_elsewhere and exists (
                   select from (select * from public.clickstream_events e where e.session_id = i.session_id and e.session_id <> '' offset 0) e
                    where event_name in ('checkout_start', 'checkout_complete'))));
    alone := array(
        select e.event_id
          from pg_temp.hours h
         cross join lateral (
             select * from public.clickstream_events e
              where e.event_timestamp >= h.hour and e.event_timestamp < h.hour + interval '1 hour' offset 0) e
         where e.event_name in ('checkout_start', 'checkout_complete')
           and (metrics.known_id(e.session_id) is null or exists (select from rollups.long_sessions l where l.session_id = e.session_id))
         union
        select e.event_id
          from pg_temp.ids i
         cross join lateral (select * from public.clickstream_events e where e.session_id = i.session_id and e.session_id <> '' offset 0) e
         where i.is_long and not i.was_long and e.event_name in ('checkout_start', 'checkout_complete'));
    create temporary table new_checkouts as
    select * from metrics.checkouts(of_sessions, alone) where isfinite(event_timestamp);
    -- A checkout of an id that was no session until now was stored without one.
    delete from rollups.checkouts c using pg_temp.new_checkouts n where c.event_id = n.event_id;
    delete from rollups.checkout_items i using pg_temp.new_checkouts n where i.event_id = n.event_id;
    insert into rollups.checkouts
    select distinct on (event_id) event_id, event_timestamp, event_name, session_id, is_order, amount, units, is_inferred from pg_temp.new_checkouts;
    insert into rollups.checkout_items
    select event_id, event_timestamp, session_id, product_key, product_id, product_name, category, brand, quantity, revenue
      from pg_temp.new_checkouts where product_key is not null;

    insert into pg_temp.hours
    select metrics.bucket_of(1::smallint, event_timestamp)
      from (select event_timestamp from pg_temp.old_checkouts union select event_timestamp from pg_temp.new_checkouts) c
    except select hour from pg_temp.hours;
    analyze pg_temp.hours;
end
$$;

-- The events of the hours, and those elsewhere of the sessions that changed and of the sessions that
-- began in the same hours as these did or do: visits count the sessions of an hour together.
create function rollups.stage_events() returns void
language plpgsql
as $$
declare
    covered constant tstzmultirange := (select range_agg(tstzrange(hour, hour + interval '1 hour')) from pg_temp.hours);
begin
    create temporary table staged as
    select e.event_id, e.event_timestamp, e.event_name, e.session_id, e.client_id, e.user_id, e.user_login_state, e.is_first_visit,
           e.context_product_id, e.context_product_name, e.context_product_category, e.context_product_brand
      from pg_temp.hours h
     cross join lateral (
         select * from public.clickstream_events e
          where e.event_timestamp >= h.hour and e.event_timestamp < h.hour + interval '1 hour' offset 0) e
     union all
    select e.event_id, e.event_timestamp, e.event_name, e.session_id, e.client_id, e.user_id, e.user_login_state, e.is_first_visit,
           e.context_product_id, e.context_product_name, e.context_product_category, e.context_product_brand
      from pg_temp.ids i
     cross join lateral (select * from public.clickstream_events e where e.session_id = i.session_id and e.session_id <> '' offset 0) e
     where not i.is_long and i.is_elsewhere and not e.event_timestamp <@ covered and isfinite(e.event_timestamp);

    create temporary table visitors as
    select i.session_id, true as is_changed from pg_temp.ids i where not i.is_long
     union all
    select s.session_id, false
      from (select metrics.bucket_of(1::smallint, first_at) as hour
              from (select first_at from pg_temp.ids where first_at is not null
                     union all
                    select min(e.event_timestamp) from pg_temp.staged e join pg_temp.ids i using (session_id) where not i.is_long group by e.session_id) f
             where isfinite(first_at)
             group by 1) h
     cross join generate_series(0, 2) span
     cross join lateral (
         select session_id from rollups.sessions s
          where s.span = span.span and s.first_at >= h.hour and s.first_at < h.hour + interval '1 hour' offset 0) s
     where not exists (select from pg_temp.ids i where i.session_id = s.session_id);
    alter table pg_temp.visitors add column session_no integer generated always as identity;
    analyze pg_temp.visitors;

    insert into pg_temp.staged
    select e.event_id, e.event_timestamp, e.event_name, e.session_id, e.client_id, e.user_id, e.user_login_state, e.is_first_visit,
           e.context_product_id, e.context_product_name, e.context_product_category, e.context_product_brand
      from pg_temp.visitors v
     cross join lateral (select * from public.clickstream_events e where e.session_id = v.session_id and e.session_id <> '' offset 0) e
     where not v.is_changed and not e.event_timestamp <@ covered and isfinite(e.event_timestamp);
    analyze pg_temp.staged;
end
$$;

-- Gives numbers to what has none yet. Values are looked up before any is added: each by the index.
create function rollups.number_values() returns void
language plpgsql
as $$
begin
    with missing as materialized (
        select n.name
          from (select distinct event_name as name from pg_temp.staged) n
          left join lateral (select true as found from rollups.names d where d.key = metrics.key_of(n.name) offset 0) d on true
         where d.found is null
    )
    insert into rollups.names (name, key) select distinct on (metrics.key_of(name)) name, metrics.key_of(name) from missing;

    create temporary table persons as
    select kind, id, null::integer as person_no
      from (select distinct 'c'::"char" as kind, metrics.known_id(client_id) as id from pg_temp.staged
             union all
            select distinct 'u'::"char", metrics.known_id(user_id) from pg_temp.staged) p
     where id is not null;
    analyze pg_temp.persons;
    with missing as materialized (
        select distinct p.kind, metrics.key_of(p.id) as key
          from pg_temp.persons p
          left join lateral (select true as found from rollups.people d where d.key = metrics.key_of(p.id) and d.kind = p.kind offset 0) d on true
         where d.found is null
    )
    insert into rollups.people (kind, key) select kind, key from missing;
    update pg_temp.persons p
       set person_no = (select d.person_no from rollups.people d where d.key = metrics.key_of(p.id) and d.kind = p.kind);

    -- What events are about: their own product or category, and the products of checkouts.
    create temporary table abouts as
    select product_key, category, brand, null::integer as product_no, null::integer as category_no, null::integer as brand_no, null::integer as pair_no
      from (select distinct case when event_name <> 'category_view' then metrics.product_key(context_product_id, context_product_name) end,
                   case when event_name = 'category_view' then nullif(context_product_category, '') else coalesce(nullif(context_product_category, ''), 'UNKNOWN') end,
                   case when event_name <> 'category_view' then coalesce(nullif(context_product_brand, ''), 'UNKNOWN') end
              from pg_temp.staged
             where event_name not in ('checkout_start', 'checkout_complete')
             union
            select i.product_key, coalesce(i.category, 'UNKNOWN'), coalesce(i.brand, 'UNKNOWN')
              from pg_temp.staged s
             cross join lateral (select * from rollups.checkout_items i where i.event_id = s.event_id offset 0) i
             where s.event_name in ('checkout_start', 'checkout_complete')) a (product_key, category, brand)
     where product_key is not null or brand is null and category is not null;
    alter table pg_temp.abouts add column about_no integer generated always as identity;
    with wanted as materialized (
        select distinct s.kind, s.product_key, s.category, s.brand, md5(s::text)::uuid as key
          from pg_temp.abouts a
         cross join lateral (
             values ('p'::"char", a.product_key, a.category, a.brand), ('c', null, a.category, null), ('b', null, null, a.brand), ('x', null, a.category, a.brand)
         ) s (kind, product_key, category, brand)
         where s.kind = 'c' or a.product_key is not null
    ),
    missing as materialized (
        select w.* from wanted w
          left join lateral (select true as found from rollups.subjects d where d.key = w.key offset 0) d on true
         where d.found is null
    )
    insert into rollups.subjects (kind, product_key, category, brand, key) select * from missing;
    update pg_temp.abouts a
       set product_no = (select subject_no from rollups.subjects d where a.product_key is not null and d.key = md5(row('p'::"char", a.product_key, a.category, a.brand)::text)::uuid),
           category_no = (select subject_no from rollups.subjects d where d.key = md5(row('c'::"char", null::text, a.category, null::text)::text)::uuid),
           brand_no = (select subject_no from rollups.subjects d where a.product_key is not null and d.key = md5(row('b'::"char", null::text, null::text, a.brand)::text)::uuid),
           pair_no = (select subject_no from rollups.subjects d where a.product_key is not null and d.key = md5(row('x'::"char", null::text, a.category, a.brand)::text)::uuid);
    analyze pg_temp.abouts;
end
$$;

-- The staged events as numbers: `seen`, a row each, and `seen_items`, what checkouts are about.
create function rollups.number_events() returns void
language plpgsql
as $$
begin
    create temporary table seen as
    select s.event_id, metrics.bucket_of(1::smallint, s.event_timestamp) as hour, s.event_timestamp as at,
           h.hour is not null as is_inside, n.name_no, metrics.login_no(s.user_login_state) as login_no,
           v.session_no, c.person_no as client_no, u.person_no as user_no, coalesce(s.is_first_visit, false) as is_new,
           a.about_no, metrics.is_product_event(s.event_name, s.context_product_id, s.context_product_name) as is_product,
           k.is_order, k.amount, k.units, k.is_inferred
      from (select *,
                   case when event_name <> 'category_view' then metrics.product_key(context_product_id, context_product_name) end as product_key,
                   case when event_name = 'category_view' then nullif(context_product_category, '') else coalesce(nullif(context_product_category, ''), 'UNKNOWN') end as category,
                   case when event_name <> 'category_view' then coalesce(nullif(context_product_brand, ''), 'UNKNOWN') end as brand,
                   event_name in ('checkout_start', 'checkout_complete') as is_checkout
              from pg_temp.staged) s
      join (select distinct on (name) n.name, d.name_no
              from (select distinct event_name as name from pg_temp.staged) n
             cross join lateral (select name_no from rollups.names d where d.key = metrics.key_of(n.name) offset 0) d) n on n.name = s.event_name
      left join pg_temp.hours h on h.hour = metrics.bucket_of(1::smallint, s.event_timestamp)
      left join pg_temp.visitors v on v.session_id = s.session_id
      left join pg_temp.persons c on c.kind = 'c' and c.id = s.client_id
      left join pg_temp.persons u on u.kind = 'u' and u.id = s.user_id
      left join pg_temp.abouts a on not s.is_checkout and coalesce(a.product_key, '') = coalesce(s.product_key, '')
                                and a.category = s.category and coalesce(a.brand, '') = coalesce(s.brand, '')
      left join lateral (select * from rollups.checkouts k where s.is_checkout and k.event_id = s.event_id offset 0) k on true;
    drop table pg_temp.staged, pg_temp.persons;
    analyze pg_temp.seen;

    create temporary table seen_items as
    select s.event_id, s.hour, s.at, s.is_inside, s.name_no, s.login_no, s.session_no, s.client_no, s.user_no, s.is_new, s.is_product, s.is_order, s.is_inferred,
           a.about_no, i.quantity, i.revenue
      from pg_temp.seen s
     cross join lateral (select * from rollups.checkout_items i where i.event_id = s.event_id offset 0) i
      join pg_temp.abouts a on a.product_key = i.product_key and a.category = coalesce(i.category, 'UNKNOWN') and a.brand = coalesce(i.brand, 'UNKNOWN')
     where s.name_no in (3, 4);
    analyze pg_temp.seen_items;
end
$$;

-- Which segments everything belongs to: those there are, and those that have become busy enough.
-- The highest number of a segment.
create function rollups.admit_segments() returns integer
language plpgsql
as $$
declare
    -- A day's number, for as many hours as there are here.
    busy constant numeric := (select busy_events * (select count(*) from pg_temp.hours) / 24.0 from rollups.settings);
    most constant integer := (select max_segments from rollups.settings);
begin
    create temporary table values_here as
    select s.kind, s.value, a.about_no
      from pg_temp.abouts a
     cross join lateral (
         values ('c'::"char", a.category), ('b', a.brand), ('p', case when a.product_key like 'id %' then substr(a.product_key, 4) end)
     ) s (kind, value)
     where length(s.value) <= 500;
    with busy_values as (
        select v.kind, v.value, sum(e.events) as events
          from (select about_no, count(*) as events
                  from (select about_no from pg_temp.seen where is_inside and about_no is not null
                         union all
                        select about_no from pg_temp.seen_items where is_inside) e
                 group by 1) e
          join pg_temp.values_here v using (about_no)
         group by 1, 2
        having sum(e.events) >= busy
    )
    insert into rollups.segments (segment_no, kind, value)
    select (select max(segment_no) from rollups.segments) + row_number() over (order by kind, value), kind, value
      from (select n.*, row_number() over (partition by n.kind order by n.events desc, n.value)
                        + (select count(*) from rollups.segments o where o.kind = n.kind) as place
              from busy_values n
             where not exists (select from rollups.segments o where o.kind = n.kind and o.value = n.value)) n
     where place <= most;

    create temporary table about_segments as
    select v.about_no, s.segment_no from pg_temp.values_here v join rollups.segments s on s.kind = v.kind and s.value = v.value;
    analyze pg_temp.about_segments;
    return (select max(segment_no) from rollups.segments);
end
$$;
