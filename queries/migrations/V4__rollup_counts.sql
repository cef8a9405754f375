-- Numbers the events that were inserted, whoever inserted them, and keeps the
-- counts in step with them.

-- Writers take turns from before their first row: this is the loader's own lock,
-- so that it waits for nobody in here.
create function rollups.take_turn() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    perform pg_advisory_xact_lock(4823190017);
    perform nextval('rollups.turns');
    return null;
end
$$;

-- Which step of the standard funnel an event is; 0 if none.
create function rollups.step_of(event_name text) returns smallint
language sql immutable parallel safe
as $$
    select case $1 when 'product_view' then 1 when 'add_to_cart_click' then 2
                   when 'checkout_start' then 3 when 'checkout_complete' then 4 else 0 end::smallint
$$;

-- The events of a statement in numbers, for the statements that add them up. In tables
-- of the session's own, so that nobody who reads or dumps the database is waited for;
-- and ours, as whoever wrote into another's would run what that one attached to it.
create function rollups.make_room() returns void
language plpgsql
as $$
begin
    if to_regclass('pg_temp.rollups_fresh') is null then
        create temporary table rollups_fresh (
            at             timestamptz not null,
            hour           timestamptz not null,
            login_no       integer not null,
            name_no        integer not null,
            -- 1 to 4 for the events of the standard funnel, else 0.
            step           smallint not null,
            is_first_visit boolean not null,
            price          bigint,
            subject_no     integer,
            scopes         integer[] not null,
            client_no      integer,
            user_no        integer,
            session_no     integer
        ) on commit drop;
        -- The planner is told each time, by a sample.
        alter table rollups_fresh
            alter at set statistics 1, alter hour set statistics 5, alter login_no set statistics 5,
            alter name_no set statistics 5, alter step set statistics 5, alter is_first_visit set statistics 1,
            alter price set statistics 1, alter subject_no set statistics 5, alter scopes set statistics 1,
            alter client_no set statistics 5, alter user_no set statistics 5, alter session_no set statistics 5;
        create temporary table rollups_callers (
            kind      "char" not null,
            id        text not null,
            -- NULL for those that were not known, who are here once more with their number.
            person_no integer
        ) on commit drop;
        create temporary table rollups_touched (
            session_no integer not null,
            session_id text not null,
            is_known   boolean not null
        ) on commit drop;
    elsif exists (select
                    from pg_class
                   where oid in (to_regclass('pg_temp.rollups_fresh'), to_regclass('pg_temp.rollups_callers'),
                                 to_regclass('pg_temp.rollups_touched'))
                     and relowner <> current_user::regrole) then
        raise exception 'this session has tables of its own named rollups_fresh, rollups_callers or rollups_touched'
              using hint = 'Drop them, and insert again.';
    end if;
end
$$;

create function rollups.number_events() returns trigger
language plpgsql security definer
-- The planner knows nothing of `fresh` and would sort and loop where it should hash.
set search_path = pg_catalog, pg_temp set enable_nestloop = off set enable_mergejoin = off set enable_sort = off
set jit = off set work_mem = '64MB'
as $$
begin
    if not (select ready from rollups.state) then
        return null;
    end if;
    perform rollups.make_room();

    insert into rollups.words (word)
    select f.word
      from (select distinct word
              from (select distinct coalesce(user_login_state, '') as login, event_name from fresh) f
             cross join unnest(array[login, event_name]) as word) f
      left join rollups.words w using (word)
     where w.word_no is null;

      with unknown as materialized (
        select f.*,
               f.product_id <> '' or f.name <> '' as is_product
          from (select distinct
                       coalesce(context_product_id, '') as product_id,
                       coalesce(context_product_name, '') as name,
                       coalesce(context_product_category, '') as category,
                       coalesce(context_product_brand, '') as brand
                  from fresh) f
          left join rollups.subjects s using (product_id, name, category, brand)
         where s.subject_no is null
           and (f.product_id, f.name, f.category, f.brand) <> ('', '', '', '')
    ),
    wanted as materialized (
        select u.product_id, u.name, u.category, u.brand, v.kind, v.value
          from unknown u
         cross join lateral (
             values ('c'::"char", case when u.category = '' and u.is_product then 'UNKNOWN' else u.category end),
                    ('b', case when u.brand = '' and u.is_product then 'UNKNOWN' else u.brand end),
                    ('p', u.product_id)) v (kind, value)
    ),
    known as materialized (
        select w.kind, w.value, s.scope_no
          from (select distinct kind, value from wanted where value <> '') w
          left join rollups.scopes s using (kind, value)
    ),
    made as (
        insert into rollups.scopes (kind, value)
        select kind, value from known where scope_no is null
        returning kind, value, scope_no
    )
    insert into rollups.subjects (product_id, name, category, brand, scopes)
    select w.product_id, w.name, w.category, w.brand,
           0 || coalesce(array_agg(coalesce(k.scope_no, m.scope_no)) filter (where w.value <> ''), '{}')
      from wanted w
      left join known k using (kind, value)
      left join made m using (kind, value)
     group by 1, 2, 3, 4;

    insert into pg_temp.rollups_callers
    select f.kind, f.id, (select p.person_no from rollups.people p where p.id = f.id and p.kind = f.kind)
      from (select distinct 'c'::"char" as kind, client_id as id from fresh where client_id <> ''
             union all
            select distinct 'u'::"char", user_id from fresh where user_id <> '') f;
      with made as (
        insert into rollups.people (kind, id)
        select kind, id from pg_temp.rollups_callers where person_no is null
        returning kind, id, person_no
    )
    insert into pg_temp.rollups_callers select kind, id, person_no from made;

    insert into pg_temp.rollups_touched
    select row_number() over (), t.session_id,
           exists (select from rollups.sessions s where s.session_id = t.session_id offset 0)
      from (select distinct session_id from fresh where session_id <> '' and rollups.in_calendar(event_timestamp)) t;

    insert into pg_temp.rollups_fresh
    select f.event_timestamp,
           date_bin('1 hour', f.event_timestamp, 'epoch'),
           l.word_no,
           n.word_no,
           rollups.step_of(f.event_name),
           coalesce(f.is_first_visit, false),
           case when f.event_name = 'checkout_complete'
                then metrics.effective_price(f.context_product_price, f.context_product_discount_price) end,
           s.subject_no,
           coalesce(s.scopes, '{0}'),
           c.person_no,
           u.person_no,
           t.session_no
      from fresh f
      join rollups.words l on l.word = coalesce(f.user_login_state, '')
      join rollups.words n on n.word = f.event_name
      left join rollups.subjects s
        on s.product_id = coalesce(f.context_product_id, '')
       and s.name = coalesce(f.context_product_name, '')
       and s.category = coalesce(f.context_product_category, '')
       and s.brand = coalesce(f.context_product_brand, '')
      left join pg_temp.rollups_callers c on c.kind = 'c' and c.id = f.client_id and c.person_no is not null
      left join pg_temp.rollups_callers u on u.kind = 'u' and u.id = f.user_id and u.person_no is not null
      left join pg_temp.rollups_touched t on t.session_id = f.session_id
     where rollups.in_calendar(f.event_timestamp);
    analyze pg_temp.rollups_fresh;
    return null;
end
$$;

create function rollups.add_counts() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp set jit = off set work_mem = '64MB'
as $$
declare
    epoch constant timestamptz := 'epoch';
begin
    if not (select ready from rollups.state) then
        return null;
    end if;
    with cells as materialized (
        select hour, login_no, name_no, step, subject_no,
               count(*) as events,
               count(price) as priced,
               coalesce(sum(price), 0) as revenue,
               max(at) as last_at
          from pg_temp.rollups_fresh
         group by 1, 2, 3, 4, 5
    ),
    names as materialized (
        select hour, login_no, name_no, step,
               sum(events) as events, sum(priced) as priced, sum(revenue) as revenue
          from cells
         group by 1, 2, 3, 4
    ),
    subjects as materialized (
        select hour, login_no, subject_no,
               sum(events) as events,
               coalesce(sum(events) filter (where step = 1), 0) as product_views,
               coalesce(sum(events) filter (where step = 2), 0) as carts,
               coalesce(sum(events) filter (where step = 3), 0) as starts,
               coalesce(sum(events) filter (where step = 4), 0) as completes,
               sum(priced) as priced, sum(revenue) as revenue, max(last_at) as last_at
          from cells
         where subject_no is not null
         group by 1, 2, 3
    ),
    by_name as (
        insert into rollups.event_counts as t
        select 'h', hour, login_no, name_no, events, priced, revenue
          from names
         union all
        select 'd', date_bin('1 day', hour, epoch), login_no, name_no, sum(events), sum(priced), sum(revenue)
          from names
         group by 1, 2, 3, 4
            on conflict (grain, bucket, login_no, name_no) do update
           set events = t.events + excluded.events,
               priced = t.priced + excluded.priced,
               revenue = t.revenue + excluded.revenue
    )
    insert into rollups.subject_counts as t
    select 'h', subject_no, hour, login_no, events, product_views, carts, starts, completes, priced, revenue, last_at
      from subjects
     union all
    select 'd', subject_no, date_bin('1 day', hour, epoch), login_no, sum(events), sum(product_views), sum(carts),
           sum(starts), sum(completes), sum(priced), sum(revenue), max(last_at)
      from subjects
     group by 1, 2, 3, 4
        on conflict (grain, subject_no, bucket, login_no) do update
       set events = t.events + excluded.events,
           product_views = t.product_views + excluded.product_views,
           carts = t.carts + excluded.carts,
           starts = t.starts + excluded.starts,
           completes = t.completes + excluded.completes,
           priced = t.priced + excluded.priced,
           revenue = t.revenue + excluded.revenue,
           last_at = greatest(t.last_at, excluded.last_at);
    return null;
end
$$;
