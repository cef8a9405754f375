-- Refresh, first half: everything that the new rows are made of, in temporary
-- tables. See refresh_day (50_refresh.sql) for the order of the steps.

-- What rollups are made of: the values of events, without ids that are none.
create view rollups.event_values as
select event_id, event_timestamp as at, metrics.bucket_of(1::smallint, event_timestamp) as hour, event_name, session_id, client_id, user_id,
       metrics.login_no(user_login_state) as login_no, coalesce(is_first_visit, false) as is_new,
       event_name in ('checkout_start', 'checkout_complete') as is_checkout,
       context_product_id as product_id, context_product_name as product_name, context_product_category as category, context_product_brand as brand
  from public.clickstream_events;

-- Stages the events of these hours.
create function rollups.stage_hours(hours timestamptz[]) returns void
language sql as $$
    insert into pg_temp.staged
    select e.*
      from unnest($1) h (hour)
     cross join lateral (select * from rollups.event_values e where e.at >= h.hour and e.at < h.hour + interval '1 hour' offset 0) e
$$;

-- Stages the events of these sessions outside the hours.
create function rollups.stage_sessions(session_ids text[]) returns void
language sql as $$
    insert into pg_temp.staged
    select e.*
      from unnest($1) i (id)
     cross join lateral (select * from rollups.event_values e where e.session_id = i.id and e.session_id <> '' and metrics.in_calendar(e.at) offset 0) e
     where e.hour not in (select hour from pg_temp.hours)
$$;

-- What is to be refreshed of a day: its hours in the log, or all of them, and the sessions that changed
-- in them. `is_elsewhere`: may have events in other hours; `is_long`: has too many to be a session.
create function rollups.stage_day(day timestamptz) returns void
language plpgsql as $$
declare
    max_events constant integer := (select session_events from rollups.settings);
    is_whole boolean;
begin
    delete from rollups.todo t where t.day = stage_day.day;
    -- A day that was never counted is counted from its events, not from its log.
    is_whole := found or not exists (
        select from rollups.filled f where f.hours = 1 and f.bucket >= stage_day.day and f.bucket < stage_day.day + interval '24 hours');
    create temporary table logged on commit drop as
      with gone as (
        delete from rollups.stale s where s.hour >= stage_day.day and s.hour < stage_day.day + interval '24 hours' returning *
    )
    select hour, session_id from gone group by 1, 2;
    create temporary table hours on commit drop as
    select hour from pg_temp.logged
     union
    select generate_series(stage_day.day, stage_day.day + interval '23 hours', '1 hour') where is_whole;
    create temporary table staged on commit drop as select * from rollups.event_values limit 0;
    perform rollups.stage_hours(array(select hour from pg_temp.hours));

    create temporary table here on commit drop as
    select session_id, count(*) as events, bool_or(is_checkout) as has_checkout
      from pg_temp.staged group by 1 having metrics.known_id(session_id) is not null;
    create temporary table ids on commit drop as
    select i.*, greatest(n.events, events_here) > max_events as is_long, greatest(n.events, events_here) > events_here as is_elsewhere
      from (select i.session_id, s.first_at, coalesce(h.events, 0) as events_here, coalesce(h.has_checkout, false) as has_checkout, l.session_id is not null as was_long,
                   is_whole or s.session_id is not null or l.session_id is not null or coalesce(h.events, 0) not between 1 and max_events
                       or i.session_id in (select session_id from rollups.stale where session_id is not null) or exists (select from rollups.todo) as may_be_elsewhere
              from (select session_id from pg_temp.logged where session_id is not null
                     union
                    select session_id from pg_temp.here where is_whole
                     union
                    select s.session_id from metrics.sessions_open_between(stage_day.day, stage_day.day + interval '24 hours') s where is_whole) i
              left join pg_temp.here h using (session_id)
              left join lateral (select session_id, first_at from rollups.sessions s where s.session_id = i.session_id offset 0) s on true
              left join rollups.long_sessions l on l.session_id = i.session_id) i
     cross join lateral (
         select count(*) as events
           from (select from public.clickstream_events e
                  where i.may_be_elsewhere and e.session_id = i.session_id and e.session_id <> '' limit max_events + 1) e) n;
    insert into rollups.long_sessions select session_id from pg_temp.ids where is_long and not was_long;
    delete from rollups.long_sessions l using pg_temp.ids i where l.session_id = i.session_id and i.was_long and not i.is_long;
end
$$;

-- Recomputes the checkouts of the sessions that changed, and those in the hours that have no session.
-- Adds the hours of those that are about something else now: a cart may have changed.
create function rollups.stage_checkouts() returns void
language plpgsql as $$
declare
    more timestamptz[];
begin
    create temporary table new_checkouts on commit drop as
    select *
      from metrics.checkouts(
               array(select session_id from pg_temp.ids i
                      where not is_long
                        and (has_checkout or is_elsewhere and exists (
                                select from (select * from rollups.event_values e where e.session_id = i.session_id and e.session_id <> '' offset 0) e
                                 where e.is_checkout))),
               array(select s.event_id
                       from pg_temp.staged s left join rollups.long_sessions l using (session_id)
                      where s.is_checkout and (l.session_id is not null or metrics.known_id(s.session_id) is null)
                      union
                     select e.event_id
                       from pg_temp.ids i
                      cross join lateral (select * from rollups.event_values e where e.session_id = i.session_id and e.session_id <> '' offset 0) e
                      where i.is_long and not i.was_long and e.is_checkout))
     where metrics.in_calendar(event_timestamp);
    create temporary table old_checkouts on commit drop as
    select c.event_id, c.event_timestamp, c.session_id, c.is_order, c.amount, c.units, c.is_inferred,
           i.product_key, i.product_id, i.product_name, i.category, i.brand, i.quantity, i.revenue
      from (select c.event_id
              from pg_temp.ids i
             cross join lateral (select event_id from rollups.checkouts c where c.session_id = i.session_id offset 0) c
             union
            select c.event_id
              from pg_temp.hours h
             cross join lateral (
                 select event_id from rollups.checkouts c
                  where c.event_timestamp >= h.hour and c.event_timestamp < h.hour + interval '1 hour' and c.session_id is null offset 0) c
             union
            select event_id from pg_temp.new_checkouts) o
     cross join lateral (select * from rollups.checkouts c where c.event_id = o.event_id offset 0) c
      left join lateral (select * from rollups.checkout_items i where i.event_id = o.event_id offset 0) i on true;
    delete from rollups.checkouts c using pg_temp.old_checkouts o where c.event_id = o.event_id;
    delete from rollups.checkout_items i using pg_temp.old_checkouts o where i.event_id = o.event_id;
    insert into rollups.checkouts
    select distinct on (event_id) event_id, event_timestamp, session_id, is_order, amount, units, is_inferred from pg_temp.new_checkouts;
    insert into rollups.checkout_items
    select event_id, event_timestamp, product_key, product_id, product_name, category, brand, quantity, revenue
      from pg_temp.new_checkouts where product_key is not null;

    more := array(
        select metrics.bucket_of(1::smallint, event_timestamp)
          from ((table pg_temp.old_checkouts except table pg_temp.new_checkouts) union all (table pg_temp.new_checkouts except table pg_temp.old_checkouts)) c
        except select hour from pg_temp.hours);
    perform rollups.stage_hours(more);
    insert into pg_temp.hours select unnest(more);
end
$$;

-- The sessions to be counted: those that changed, and those that began in the same hours as these did
-- or do, as visits count the sessions of an hour together. Stages their other events.
create function rollups.stage_visitors() returns void
language plpgsql as $$
begin
    perform rollups.stage_sessions(array(select session_id from pg_temp.ids where not is_long and is_elsewhere));
    create temporary table visitors on commit drop as
      with changed as materialized (
        select session_id, min(e.at) as first_at from pg_temp.staged e join pg_temp.ids i using (session_id) where not i.is_long group by 1
    ),
    start_hours as (
        select metrics.bucket_of(1::smallint, first_at) as hour
          from (select first_at from pg_temp.ids where first_at is not null union all select first_at from changed) f
         group by 1
    )
    select row_number() over () as session_no, session_id, metrics.bucket_of(1::smallint, first_at) as start_hour, is_changed
      from (select session_id, first_at, true as is_changed from changed
             union all
            select s.session_id, s.first_at, false
              from start_hours h
             cross join generate_series(0, 2) span
             cross join lateral (
                 select session_id, first_at from rollups.sessions s
                  where s.span = span.span and s.first_at >= h.hour and s.first_at < h.hour + interval '1 hour' offset 0) s
             where s.session_id not in (select session_id from pg_temp.ids)) v;
    perform rollups.stage_sessions(array(select session_id from pg_temp.visitors where not is_changed));
end
$$;

-- Analyzes a dictionary that grew by more than a tenth. Sessions keep their plans, and one that was made
-- for a small dictionary reads all of it for each value.
create function rollups.analyze_grown(dictionary regclass, added bigint) returns void
language plpgsql as $$
begin
    if added > (select reltuples / 10 from pg_class where oid = dictionary) then
        execute format('analyze %s', dictionary);
    end if;
end
$$;

-- Gives numbers to what has none yet. Values are looked up before any is added: each by the index.
create function rollups.number_values() returns void
language plpgsql as $$
declare
    added bigint;
begin
    create temporary table event_names on commit drop as select distinct event_name as name, metrics.key_of(event_name) as key, 0 as name_no from pg_temp.staged;
    insert into rollups.names (name, key)
    select distinct on (n.key) n.name, n.key from pg_temp.event_names n where (select d.name_no from rollups.names d where d.key = n.key) is null;
    get diagnostics added = row_count;
    perform rollups.analyze_grown('rollups.names', added);
    update pg_temp.event_names n set name_no = (select d.name_no from rollups.names d where d.key = n.key);

    create temporary table persons on commit drop as
    select kind, id, metrics.key_of(id) as key, 0 as person_no
      from (select distinct p.kind, p.id
              from (select distinct client_id, user_id from pg_temp.staged) s
             cross join lateral (values ('c'::"char", s.client_id), ('u', s.user_id)) p (kind, id)) p
     where metrics.known_id(id) is not null;
    insert into rollups.people (kind, key)
    select distinct p.kind, p.key from pg_temp.persons p
     where (select d.person_no from rollups.people d where d.key = p.key and d.kind = p.kind) is null;
    get diagnostics added = row_count;
    perform rollups.analyze_grown('rollups.people', added);
    update pg_temp.persons p set person_no = (select d.person_no from rollups.people d where d.key = p.key and d.kind = p.kind);

    -- What events are about: the texts of their own product or category, and of the products of checkouts.
    -- `about_no`: one number for all texts of the same product, category and brand.
    create temporary table words on commit drop as
    select t.*, dense_rank() over (order by product_key, shown_category, shown_brand) as about_no
      from (select t.*, k.product_key, coalesce(nullif(category, ''), 'UNKNOWN') collate "C" as shown_category,
                   case when k.product_key is not null then coalesce(nullif(brand, ''), 'UNKNOWN') end collate "C" as shown_brand
              from (select event_name = 'category_view' as is_category, coalesce(product_id, '') as product_id, coalesce(product_name, '') as product_name,
                           coalesce(category, '') as category, coalesce(brand, '') as brand
                      from pg_temp.staged where not is_checkout
                     union
                    select false, coalesce(i.product_id, ''), coalesce(i.product_name, ''), coalesce(i.category, ''), coalesce(i.brand, '')
                      from pg_temp.staged s
                     cross join lateral (select * from rollups.checkout_items i where i.event_id = s.event_id offset 0) i
                     where s.is_checkout) t
             cross join lateral (select case when not is_category then metrics.product_key(product_id, product_name) collate "C" end as product_key) k
             where k.product_key is not null or is_category and category <> '') t;
    create temporary table abouts on commit drop as
    select distinct on (about_no) about_no, product_key, shown_category as category, shown_brand as brand from pg_temp.words;

    create temporary table wanted on commit drop as
    select s.*, md5(row(s.kind, s.product_key, s.category, s.brand)::text)::uuid as key, 0 as subject_no
      from (select 'p'::"char" as kind, product_key, category, brand from pg_temp.abouts where product_key is not null
             union select 'c', null, category, null from pg_temp.abouts
             union select 'b', null, null, brand from pg_temp.abouts where product_key is not null
             union select 'x', null, category, brand from pg_temp.abouts where product_key is not null) s;
    insert into rollups.subjects (kind, product_key, category, brand, key)
    select kind, product_key, category, brand, key from pg_temp.wanted w where (select d.subject_no from rollups.subjects d where d.key = w.key) is null;
    get diagnostics added = row_count;
    perform rollups.analyze_grown('rollups.subjects', added);
    update pg_temp.wanted w set subject_no = (select d.subject_no from rollups.subjects d where d.key = w.key);
    analyze pg_temp.wanted, pg_temp.abouts;
    create temporary table about_subjects on commit drop as
    select a.about_no, w.kind, w.subject_no
      from pg_temp.abouts a join pg_temp.wanted w on w.kind = 'p' and w.product_key = a.product_key and w.category = a.category and w.brand = a.brand
     union all
    select a.about_no, w.kind, w.subject_no from pg_temp.abouts a join pg_temp.wanted w on w.kind = 'c' and w.category = a.category
     union all
    select a.about_no, w.kind, w.subject_no from pg_temp.abouts a join pg_temp.wanted w on w.kind = 'b' and w.brand = a.brand
     union all
    select a.about_no, w.kind, w.subject_no from pg_temp.abouts a join pg_temp.wanted w on w.kind = 'x' and w.category = a.category and w.brand = a.brand;
    analyze pg_temp.about_subjects;
end
$$;

-- The staged events as numbers: `seen`, a row each, and `seen_items`, what checkouts are about.
create function rollups.number_events() returns void
language plpgsql as $$
begin
    analyze pg_temp.hours, pg_temp.event_names, pg_temp.visitors, pg_temp.persons, pg_temp.words;
    create temporary table seen on commit drop as
    select s.event_id, s.hour, s.at, h.hour is not null as is_inside, n.name_no, s.login_no, v.session_no, c.person_no as client_no, u.person_no as user_no,
           s.is_new, w.about_no, w.product_key is not null or s.is_checkout and metrics.product_key(s.product_id, s.product_name) is not null as is_product,
           s.is_checkout, k.is_order, k.amount, k.units, k.is_inferred
      from pg_temp.staged s
      join pg_temp.event_names n on n.name = s.event_name
      left join pg_temp.hours h on h.hour = s.hour
      left join pg_temp.visitors v on v.session_id = s.session_id
      left join pg_temp.persons c on c.kind = 'c' and c.id = s.client_id
      left join pg_temp.persons u on u.kind = 'u' and u.id = s.user_id
      left join pg_temp.words w on not s.is_checkout and w.is_category = (s.event_name = 'category_view')
                               and w.product_id = coalesce(s.product_id, '') and w.product_name = coalesce(s.product_name, '')
                               and w.category = coalesce(s.category, '') and w.brand = coalesce(s.brand, '')
      left join lateral (select * from rollups.checkouts k where s.is_checkout and k.event_id = s.event_id offset 0) k on true;

    create temporary table seen_items on commit drop as
    select s.event_id, s.hour, s.at, s.is_inside, s.name_no, s.login_no, s.session_no, s.client_no, s.user_no, s.is_new, s.is_product, s.is_order, s.is_inferred,
           w.about_no, i.quantity, i.revenue
      from pg_temp.seen s
     cross join lateral (select * from rollups.checkout_items i where i.event_id = s.event_id offset 0) i
      join pg_temp.words w on not w.is_category and w.product_id = coalesce(i.product_id, '') and w.product_name = coalesce(i.product_name, '')
                          and w.category = coalesce(i.category, '') and w.brand = coalesce(i.brand, '')
     where s.is_checkout;
end
$$;

-- Which segments everything belongs to: those there are, and those that have become busy enough.
-- Returns the highest segment number.
create function rollups.admit_segments() returns integer
language plpgsql as $$
declare
    -- A day's number, for as many hours as there are here.
    busy constant numeric := (select busy_events * (select count(*) from pg_temp.hours) / 24.0 from rollups.settings);
    max_segments constant integer := (select s.max_segments from rollups.settings s);
begin
    create temporary table values_here on commit drop as
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
     where place <= max_segments;

    create temporary table about_segments on commit drop as
    select v.about_no, s.segment_no from pg_temp.values_here v join rollups.segments s on s.kind = v.kind and s.value = v.value;
    analyze pg_temp.about_segments;
    return (select max(segment_no) from rollups.segments);
end
$$;
