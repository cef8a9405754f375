-- Numbers the events that were inserted, whoever inserted them.

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

-- An event's name, and what it was about (0: nothing), in one number.
create function rollups.topic_of(name_no integer, subject_no integer) returns bigint
language sql immutable parallel safe
as $$ select $1::bigint << 32 | $2 $$;

create function rollups.name_of(topic bigint) returns integer
language sql immutable parallel safe
as $$ select ($1 >> 32)::integer $$;

-- NULL for nothing, as in all the rollups.
create function rollups.subject_of(topic bigint) returns integer
language sql immutable parallel safe
as $$ select nullif($1 & 4294967295, 0)::integer $$;

-- The events of a statement in numbers, added up as far as all need them, for the
-- statements that add them to what there is: the first three tables by what is known
-- already, the others when it is this one's turn. In tables of the session's own, so that
-- nobody who reads or dumps the database is waited for; and ours, as whoever wrote into
-- another's would run what that one attached to it.
create function rollups.make_room() returns void
language plpgsql
as $$
declare
    ours constant text[] := array['told', 'tallies', 'spells', 'callers', 'touched', 'visits'];
begin
    if to_regclass('pg_temp.rollups_told') is null then
        -- Who, and all that they did: an element for each event.
        create temporary table rollups_told (
            visit_no   integer not null,
            session_id text not null,
            client_id  text not null,
            user_id    text not null,
            login      text not null,
            times      timestamptz[] not null,
            kinds      smallint[] not null,
            -- NULL if one of them is not known.
            topics     bigint[],
            sold_at    timestamptz[],
            sold       bigint[],
            prices     numeric[]
        ) on commit delete rows;
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
        ) on commit delete rows;
        -- Who was about in an hour, and what for.
        create temporary table rollups_spells (
            visit_no     integer not null,
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
        ) on commit delete rows;
        create temporary table rollups_callers (
            kind      "char" not null,
            id        text not null,
            -- NULL for those that were not known, who are here once more with their number.
            person_no integer
        ) on commit delete rows;
        create temporary table rollups_touched (
            session_no integer not null,
            session_id text not null,
            is_known   boolean not null,
            -- New, and in one login state only; and then also a single visit.
            is_simple  boolean not null,
            is_alone   boolean not null
        ) on commit delete rows;
        -- Who, in numbers.
        create temporary table rollups_visits (
            visit_no   integer not null,
            session_no integer,
            is_simple  boolean,
            is_alone   boolean,
            client_no  integer,
            user_no    integer,
            login_no   integer not null
        ) on commit delete rows;
    end if;
    if exists (select
                 from unnest(ours) as name
                 join pg_class on oid = to_regclass('pg_temp.rollups_' || name)
                where relowner <> current_user::regrole) then
        raise exception 'this session has tables of its own named rollups_%', array_to_string(ours, ', rollups_')
              using hint = 'Drop them, and insert again.';
    end if;
    -- Of an insert before this one in the same transaction.
    if exists (select from pg_temp.rollups_told) then
        truncate pg_temp.rollups_told, pg_temp.rollups_tallies, pg_temp.rollups_spells,
                 pg_temp.rollups_callers, pg_temp.rollups_touched, pg_temp.rollups_visits;
    end if;
end
$$;

-- What is known of names and of what events are about. What the events are joined to is
-- hashed and not they, whatever the planner thinks of them: it is told that these are fewer.
create function rollups.known_names() returns table (word text, word_no integer, step smallint)
language plpgsql stable rows 1
as $$
begin
    return query select w.word::text, w.word_no, rollups.step_of(w.word) from rollups.words w;
end
$$;

create function rollups.known_subjects()
returns table (product_id text, name text, category text, brand text, subject_no integer)
language plpgsql stable rows 1
as $$
begin
    return query
    select s.product_id::text, s.name::text, s.category::text, s.brand::text, s.subject_no from rollups.subjects s
     union all
    select '', '', '', '', 0;
end
$$;

create function rollups.tell_events() returns trigger
language plpgsql security definer
-- The planner knows nothing of `fresh` and would sort and loop where it should hash.
set search_path = pg_catalog, pg_temp set enable_nestloop = off set enable_mergejoin = off set enable_sort = off
set enable_seqscan = on set jit = off set work_mem = '128MB'
as $$
declare
    before rollups.state;
    after rollups.state;
    is_told boolean;
    is_learned boolean := false;
begin
    -- Writers take turns: by the loader's own lock, so that it waits for nobody in here.
    -- What all of them can do at once is done before: to number what is known by now.
    loop
        select * into before from rollups.state;
        -- Where nothing is known yet, that is learned first.
        is_told := before.ready and (is_learned or exists (select from rollups.words));
        if is_told then
            perform rollups.make_room();
            insert into pg_temp.rollups_told
            select row_number() over (), session_id, client_id, user_id, login,
                   array_agg(at), array_agg(kind),
                   case when every(topic is not null) then array_agg(topic) end,
                   array_agg(at) filter (where price is not null),
                   array_agg(topic) filter (where price is not null),
                   array_agg(price) filter (where price is not null)
              from (select coalesce(f.session_id, '') as session_id, coalesce(f.client_id, '') as client_id,
                           coalesce(f.user_id, '') as user_id, coalesce(f.user_login_state, '') as login,
                           f.event_timestamp as at,
                           rollups.kind_of(n.step, f.is_first_visit) as kind,
                           rollups.topic_of(n.word_no, s.subject_no) as topic,
                           case when n.step = 4
                                then metrics.effective_price(f.context_product_price, f.context_product_discount_price)
                            end as price
                      from fresh f
                      left join rollups.known_names() n on n.word = f.event_name
                      left join rollups.known_subjects() s
                        on s.product_id = coalesce(f.context_product_id, '')
                       -- Not hashed: compared with what mostly has one product.
                       and s.name is not distinct from coalesce(f.context_product_name, '')
                       and s.category is not distinct from coalesce(f.context_product_category, '')
                       and s.brand is not distinct from coalesce(f.context_product_brand, '')
                     where rollups.in_calendar(f.event_timestamp)) e
             group by session_id, client_id, user_id, login;
            is_told := not exists (select
                                     from pg_temp.rollups_told t
                                     left join rollups.words l on l.word = t.login
                                    where t.topics is null or l.word_no is null);
        end if;
        if is_told then
            insert into pg_temp.rollups_tallies
            select t.slot, t.login_no, rollups.name_of(t.topic), t.step, rollups.subject_of(t.topic),
                   t.events, coalesce(p.priced, 0), coalesce(p.revenue, 0), t.last_at
              from (select slot, login_no, topic, min(kind) & 7 as step, count(*) as events, max(at) as last_at
                      from (select *, date_bin('5 minutes', at, 'epoch') as slot
                              from (select l.word_no as login_no,
                                           unnest(v.times) as at, unnest(v.kinds) as kind, unnest(v.topics) as topic
                                      from pg_temp.rollups_told v
                                      join rollups.words l on l.word = v.login) v) e
                     group by slot, login_no, topic) t
              left join (select date_bin('5 minutes', at, 'epoch') as slot, login_no, topic,
                                count(*) as priced, sum(price) as revenue
                           from (select l.word_no as login_no,
                                        unnest(v.sold_at) as at, unnest(v.sold) as topic, unnest(v.prices) as price
                                   from pg_temp.rollups_told v
                                   join rollups.words l on l.word = v.login
                                  where v.prices is not null) v
                          group by 1, 2, 3) p using (slot, login_no, topic);

            insert into pg_temp.rollups_spells
            select visit_no, subject_no, hour,
                   min(at),
                   max(at),
                   min(at) filter (where step = 1),
                   min(at) filter (where step = 2),
                   min(at) filter (where step = 3),
                   min(at) filter (where step = 4),
                   count(*),
                   max(kind) >= 8
              from (select visit_no, at, kind, kind & 7 as step, rollups.subject_of(topic) as subject_no,
                           date_bin('1 hour', at, 'epoch') as hour
                      from (select visit_no, unnest(times) as at, unnest(kinds) as kind, unnest(topics) as topic
                              from pg_temp.rollups_told) v) e
             group by visit_no, subject_no, hour;
        end if;

        perform pg_advisory_xact_lock(4823190017);
        select * into after from rollups.state;
        if (after.ready, after.fillings) = (before.ready, before.fillings) then
            exit when is_told or not after.ready;
            insert into rollups.words (word)
            select n.word
              from (select event_name as word from fresh where rollups.in_calendar(event_timestamp)
                     union
                    select coalesce(user_login_state, '') from fresh where rollups.in_calendar(event_timestamp)) n
              left join rollups.words w using (word)
             where w.word_no is null;

              with unknown as materialized (
                select f.*,
                       f.product_id <> '' or f.name <> '' as is_product
                  from (select distinct
                               coalesce(context_product_id, '') as product_id, coalesce(context_product_name, '') as name,
                               coalesce(context_product_category, '') as category, coalesce(context_product_brand, '') as brand
                          from fresh
                         where rollups.in_calendar(event_timestamp)) f
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
            is_learned := true;
        end if;
    end loop;
    perform nextval('rollups.turns');
    return null;
end
$$;

-- Whoever they are by.
create function rollups.number_visits() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp set enable_nestloop = off set enable_mergejoin = off set enable_sort = off
set enable_seqscan = on set jit = off set work_mem = '64MB'
as $$
begin
    if not (select ready from rollups.state) then
        return null;
    end if;

    -- Looked up in indexes, however few there were when this was planned: a rebuild
    -- remembers its plans until there are millions.
    perform set_config('enable_seqscan', 'off', true);
    insert into pg_temp.rollups_callers
    select f.kind, f.id, (select p.person_no from rollups.people p where p.id = f.id and p.kind = f.kind)
      from (select distinct 'c'::"char" as kind, client_id as id from pg_temp.rollups_told where client_id <> ''
             union all
            select distinct 'u'::"char", user_id from pg_temp.rollups_told where user_id <> '') f;
    insert into pg_temp.rollups_touched
    select row_number() over (), t.session_id, t.is_known, not t.is_known and t.least = t.most,
           not t.is_known and t.visits = 1
      from (select session_id, count(*) as visits, min(login collate "C") as least, max(login collate "C") as most,
                   -- Counted: to find out whether there is any, the planner may prefer to
                   -- read all.
                   (select count(*) from rollups.sessions s where s.session_id = v.session_id) > 0 as is_known
              from pg_temp.rollups_told v
             where session_id <> ''
             group by 1) t;
    perform set_config('enable_seqscan', 'on', true);

      with made as (
        insert into rollups.people (kind, id)
        select kind, id from pg_temp.rollups_callers where person_no is null
        returning kind, id, person_no
    )
    insert into pg_temp.rollups_callers select kind, id, person_no from made;

    insert into pg_temp.rollups_visits
    select v.visit_no, t.session_no, t.is_simple, t.is_alone, c.person_no, u.person_no, l.word_no
      from pg_temp.rollups_told v
      join rollups.words l on l.word = v.login
      left join pg_temp.rollups_callers c on c.kind = 'c' and c.id = v.client_id and c.person_no is not null
      left join pg_temp.rollups_callers u on u.kind = 'u' and u.id = v.user_id and u.person_no is not null
      left join pg_temp.rollups_touched t on t.session_id = v.session_id;
    return null;
end
$$;
