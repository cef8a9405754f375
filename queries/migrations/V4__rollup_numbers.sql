-- Numbers the events that were inserted, whoever inserted them.

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

-- The same, and whether it was a first visit: 8 more.
create function rollups.kind_of(step smallint, is_first_visit boolean) returns smallint
language sql immutable parallel safe
as $$ select case when $2 then $1 + 8::smallint else $1 end $$;

-- The events of a statement in numbers, added up as far as all need them, for the
-- statements that add them to what there is. In tables of the session's own, so that
-- nobody who reads or dumps the database is waited for; and ours, as whoever wrote into
-- another's would run what that one attached to it.
create function rollups.make_room() returns void
language plpgsql
as $$
declare
    ours constant text[] := array['visits', 'topics', 'callers', 'touched', 'tallies', 'spells', 'steps', 'traces'];
begin
    if to_regclass('pg_temp.rollups_visits') is null then
        -- Who: one row however many events say the same.
        create temporary table rollups_visits (
            visit_no   integer not null,
            session_id text not null,
            client_id  text not null,
            user_id    text not null,
            login      text not null
        ) on commit drop;
        -- What.
        create temporary table rollups_topics (
            event_name text not null,
            product_id text not null,
            name       text not null,
            category   text not null,
            brand      text not null
        ) on commit drop;
        create temporary table rollups_callers (
            kind      "char" not null,
            id        text not null,
            -- NULL for those that were not known, who are here once more with their number.
            person_no integer
        ) on commit drop;
        create temporary table rollups_touched (
            session_no integer not null,
            session_id text not null,
            is_known   boolean not null,
            -- New, and in one login state only; and then also a single visit.
            is_simple  boolean not null,
            is_alone   boolean not null
        ) on commit drop;
        -- What happened in five minutes.
        create temporary table rollups_tallies (
            slot       timestamptz not null,
            login_no   integer not null,
            name_no    integer not null,
            step       smallint not null,
            subject_no integer,
            events     integer not null,
            priced     integer not null,
            revenue    numeric not null,
            last_at    timestamptz not null
        ) on commit drop;
        -- Who was about in it, and what for.
        create temporary table rollups_spells (
            session_no   integer,
            is_simple    boolean,
            client_no    integer,
            user_no      integer,
            login_no     integer not null,
            subject_no   integer,
            hour         timestamptz not null,
            first_at     timestamptz not null,
            last_at      timestamptz not null,
            -- The first of each step of the standard funnel.
            viewed_at    timestamptz,
            carted_at    timestamptz,
            started_at   timestamptz,
            completed_at timestamptz,
            events       integer not null,
            is_new       boolean not null
        ) on commit drop;
        -- The events of the standard funnel beyond its first step.
        create temporary table rollups_steps (
            session_no integer not null,
            login_no   integer not null,
            subject_no integer,
            at         timestamptz not null,
            step       smallint not null
        ) on commit drop;
        -- All events of a visit of a session.
        create temporary table rollups_traces (
            session_no integer not null,
            is_alone   boolean not null,
            login_no   integer not null,
            times      timestamptz[] not null,
            kinds      smallint[] not null
        ) on commit drop;
    end if;
    if exists (select
                 from unnest(ours) as name
                 join pg_class on oid = to_regclass('pg_temp.rollups_' || name)
                where relowner <> current_user::regrole) then
        raise exception 'this session has tables of its own named rollups_%', array_to_string(ours, ', rollups_')
              using hint = 'Drop them, and insert again.';
    end if;
end
$$;

-- Both in numbers. What the events are joined to is hashed and not they, whatever the
-- planner thinks of them: it is told that these are fewer.
create function rollups.numbered_visits()
returns table (
    visit_no integer, session_id text, client_id text, user_id text, login text,
    login_no integer, client_no integer, user_no integer, session_no integer, is_simple boolean, is_alone boolean)
language plpgsql rows 1
as $$
begin
    return query
    select v.*, l.word_no, c.person_no, u.person_no, t.session_no, t.is_simple, t.is_alone
      from pg_temp.rollups_visits v
      join rollups.words l on l.word = v.login
      left join pg_temp.rollups_callers c on c.kind = 'c' and c.id = v.client_id and c.person_no is not null
      left join pg_temp.rollups_callers u on u.kind = 'u' and u.id = v.user_id and u.person_no is not null
      left join pg_temp.rollups_touched t on t.session_id = v.session_id;
end
$$;

create function rollups.numbered_topics()
returns table (
    event_name text, product_id text, name text, category text, brand text,
    name_no integer, step smallint, subject_no integer)
language plpgsql rows 1
as $$
begin
    return query
    select t.*, n.word_no, rollups.step_of(t.event_name), s.subject_no
      from pg_temp.rollups_topics t
      join rollups.words n on n.word = t.event_name
      left join rollups.subjects s
        on s.product_id = t.product_id and s.name = t.name and s.category = t.category and s.brand = t.brand;
end
$$;

create function rollups.number_events() returns trigger
language plpgsql security definer
-- The planner knows nothing of `fresh` and would sort and loop where it should hash.
set search_path = pg_catalog, pg_temp set enable_nestloop = off set enable_mergejoin = off set enable_sort = off
set enable_seqscan = on set jit = off set work_mem = '64MB'
as $$
begin
    if not (select ready from rollups.state) then
        return null;
    end if;
    perform rollups.make_room();

    -- Both in one go: what is slow is to go through the events.
      with told as materialized (
        select grouping(event_name) = 1 as is_visit, session_id, client_id, user_id, login,
               event_name, product_id, name, category, brand
          from (select coalesce(session_id, '') as session_id, coalesce(client_id, '') as client_id,
                       coalesce(user_id, '') as user_id, coalesce(user_login_state, '') as login,
                       event_name, coalesce(context_product_id, '') as product_id, coalesce(context_product_name, '') as name,
                       coalesce(context_product_category, '') as category, coalesce(context_product_brand, '') as brand
                  from fresh
                 where rollups.in_calendar(event_timestamp)) f
         group by grouping sets ((session_id, client_id, user_id, login), (event_name, product_id, name, category, brand))
    ),
    visits as (
        insert into pg_temp.rollups_visits
        select row_number() over (), session_id, client_id, user_id, login from told where is_visit
    )
    insert into pg_temp.rollups_topics
    select event_name, product_id, name, category, brand from told where not is_visit;

    insert into rollups.words (word)
    select f.word
      from (select login as word from pg_temp.rollups_visits union select event_name from pg_temp.rollups_topics) f
      left join rollups.words w using (word)
     where w.word_no is null;

      with unknown as materialized (
        select f.*,
               f.product_id <> '' or f.name <> '' as is_product
          from (select distinct product_id, name, category, brand from pg_temp.rollups_topics) f
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

    -- Looked up in indexes, however few there were when this was planned: a rebuild
    -- remembers its plans until there are millions.
    perform set_config('enable_seqscan', 'off', true);
    insert into pg_temp.rollups_callers
    select f.kind, f.id, (select p.person_no from rollups.people p where p.id = f.id and p.kind = f.kind)
      from (select distinct 'c'::"char" as kind, client_id as id from pg_temp.rollups_visits where client_id <> ''
             union all
            select distinct 'u'::"char", user_id from pg_temp.rollups_visits where user_id <> '') f;
    insert into pg_temp.rollups_touched
    select row_number() over (), t.session_id, t.is_known, not t.is_known and t.least = t.most,
           not t.is_known and t.visits = 1
      from (select session_id, count(*) as visits, min(login collate "C") as least, max(login collate "C") as most,
                   -- Counted: to find out whether there is any, the planner may prefer to
                   -- read all.
                   (select count(*) from rollups.sessions s where s.session_id = v.session_id) > 0 as is_known
              from pg_temp.rollups_visits v
             where session_id <> ''
             group by 1) t;
    perform set_config('enable_seqscan', 'on', true);

      with made as (
        insert into rollups.people (kind, id)
        select kind, id from pg_temp.rollups_callers where person_no is null
        returning kind, id, person_no
    )
    insert into pg_temp.rollups_callers select kind, id, person_no from made;

      with visits as materialized (select * from rollups.numbered_visits()),
    topics as materialized (select * from rollups.numbered_topics()),
    numbered as materialized (
        select v.visit_no, v.login_no, t.name_no, t.step, t.subject_no,
               f.event_timestamp as at,
               date_bin('5 minutes', f.event_timestamp, 'epoch') as slot,
               date_bin('1 hour', f.event_timestamp, 'epoch') as hour,
               f.is_first_visit,
               case when t.step = 4
                    then metrics.effective_price(f.context_product_price, f.context_product_discount_price) end as price
          from fresh f
          join visits v
            on v.session_id = coalesce(f.session_id, '')
           and v.client_id = coalesce(f.client_id, '')
           and v.user_id = coalesce(f.user_id, '')
           and v.login = coalesce(f.user_login_state, '')
          join topics t
            on t.event_name = f.event_name
           and t.product_id = coalesce(f.context_product_id, '')
           and t.name = coalesce(f.context_product_name, '')
           and t.category = coalesce(f.context_product_category, '')
           and t.brand = coalesce(f.context_product_brand, '')
         where rollups.in_calendar(f.event_timestamp)
    ),
    tallies as (
        insert into pg_temp.rollups_tallies
        select slot, login_no, name_no, step, subject_no, count(*), count(price), coalesce(sum(price), 0), max(at)
          from numbered
         group by 1, 2, 3, 4, 5
    ),
    spells as (
        insert into pg_temp.rollups_spells
        select v.session_no, v.is_simple, v.client_no, v.user_no, v.login_no, n.subject_no, n.hour, n.first_at, n.last_at,
               n.viewed_at, n.carted_at, n.started_at, n.completed_at, n.events, n.is_new
          from (select visit_no, subject_no, hour,
                       min(at) as first_at,
                       max(at) as last_at,
                       min(at) filter (where step = 1) as viewed_at,
                       min(at) filter (where step = 2) as carted_at,
                       min(at) filter (where step = 3) as started_at,
                       min(at) filter (where step = 4) as completed_at,
                       count(*) as events,
                       coalesce(bool_or(is_first_visit), false) as is_new
                  from numbered
                 group by 1, 2, 3) n
          join visits v using (visit_no)
    ),
    traces as (
        insert into pg_temp.rollups_traces
        select v.session_no, v.is_alone, v.login_no, n.times, n.kinds
          from (select visit_no, array_agg(at) as times, array_agg(rollups.kind_of(step, is_first_visit)) as kinds
                  from numbered
                 group by 1) n
          join visits v using (visit_no)
         where v.session_no is not null
    )
    insert into pg_temp.rollups_steps
    select v.session_no, v.login_no, n.subject_no, n.at, n.step
      from (select * from numbered where step > 1) n
      join visits v using (visit_no)
     where v.session_no is not null;
    return null;
end
$$;
