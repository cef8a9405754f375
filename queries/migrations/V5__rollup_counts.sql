-- Keeps in step with the events what adds up, and the hours of scopes: how many events
-- there were, and the sets of clients and users, which only grow.

-- Names that may be there twice, and how many of each, once.
create function rollups.names_of_both(numbers integer[], counts integer[])
returns table (names integer[], of_name integer[])
language sql immutable parallel safe
as $$
    select array_agg(n.name_no), array_agg(n.events)
      from (select b.name_no, sum(b.events)::integer as events
              from unnest($1, $2) as b (name_no, events)
             group by 1) n
$$;

create function rollups.add_counts() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp set enable_seqscan = on set jit = off set work_mem = '64MB'
as $$
declare
    epoch constant timestamptz := 'epoch';
begin
    if not (select ready from rollups.state) then
        return null;
    end if;
    with by_slot as materialized (
        select slot, login_no, name_no, sum(events)::integer as events, sum(priced) as priced, sum(revenue) as revenue
          from pg_temp.rollups_tallies
         group by 1, 2, 3
    ),
    names as materialized (
        select date_bin('1 hour', slot, epoch) as hour, login_no, name_no,
               sum(events) as events, sum(priced) as priced, sum(revenue) as revenue
          from by_slot
         group by 1, 2, 3
    ),
    subjects as materialized (
        select date_bin('1 hour', slot, epoch) as hour, login_no, subject_no,
               sum(events) as events,
               coalesce(sum(events) filter (where step = 1), 0) as product_views,
               coalesce(sum(events) filter (where step = 2), 0) as carts,
               coalesce(sum(events) filter (where step = 3), 0) as starts,
               coalesce(sum(events) filter (where step = 4), 0) as completes,
               sum(priced) as priced, sum(revenue) as revenue, max(last_at) as last_at
          from pg_temp.rollups_tallies
         where subject_no is not null
         group by 1, 2, 3
    ),
    slots as (
        insert into rollups.slots as t
        select *
          from (select slot, login_no, array_agg(name_no), array_agg(events), sum(priced), sum(revenue)
                  from by_slot
                 group by 1, 2) n
          left join (select slot, login_no, array_agg(subject_no), array_agg(step), array_agg(events), array_agg(revenue),
                            array_agg(last_at)
                       from pg_temp.rollups_tallies
                      where subject_no is not null
                      group by 1, 2) c using (slot, login_no)
            on conflict (slot, login_no) do update
           set (names, of_name) = (
                   select b.names, b.of_name
                     from rollups.names_of_both(t.names || excluded.names, t.of_name || excluded.of_name) b),
               priced = t.priced + excluded.priced,
               revenue = t.revenue + excluded.revenue,
               subjects = t.subjects || excluded.subjects,
               steps = t.steps || excluded.steps,
               of_subject = t.of_subject || excluded.of_subject,
               revenues = t.revenues || excluded.revenues,
               last_at = t.last_at || excluded.last_at
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

-- People who may be there twice, and from when to when, once.
create function rollups.people_of_both(numbers integer[], firsts timestamptz[], lasts timestamptz[])
returns table (people integer[], first_at timestamptz[], last_at timestamptz[])
language sql immutable parallel safe
as $$
    select array_agg(n.person_no),
           array_agg(n.first_at) filter (where n.first_at is not null),
           array_agg(n.last_at) filter (where n.last_at is not null)
      from (select b.person_no, min(b.first_at) as first_at, max(b.last_at) as last_at
              from unnest($1, $2, $3) as b (person_no, first_at, last_at)
             group by 1) n
$$;

create function rollups.add_hours() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp set enable_seqscan = on set enable_mergejoin = off set enable_sort = off
set jit = off set work_mem = '64MB'
as $$
declare
    epoch constant timestamptz := 'epoch';
begin
    if not (select ready from rollups.state) then
        return null;
    end if;
    with names as (
        select scope_no, hour, login_no,
               sum(events) as events,
               coalesce(sum(events) filter (where step = 4), 0) as completes,
               array_agg(name_no) as names,
               array_agg(events::integer) as of_name
          from (select unnest(coalesce(s.scopes, '{0}')) as scope_no, t.hour, t.login_no, t.name_no, t.step, sum(t.events) as events
                  from (select date_bin('1 hour', slot, epoch) as hour, login_no, name_no, step, subject_no, sum(events) as events
                          from pg_temp.rollups_tallies
                         group by 1, 2, 3, 4, 5) t
                  left join rollups.subjects s using (subject_no)
                 group by 1, 2, 3, 4, 5) c
         group by 1, 2, 3
    ),
    spells as materialized (
        select p.subject_no, p.hour, p.first_at, p.last_at, v.login_no, v.client_no, v.user_no
          from pg_temp.rollups_spells p
          join pg_temp.rollups_visits v using (visit_no)
         where v.client_no is not null or v.user_no is not null
    ),
    seen as (
        select scope_no, hour, login_no,
               array_agg(client_no) filter (where client_no is not null) as clients,
               array_agg(user_no) filter (where user_no is not null) as users
          from (select unnest(s.scopes[2:]) as scope_no, p.hour, p.login_no, p.client_no, p.user_no
                  from spells p
                  join rollups.subjects s using (subject_no)) p
         group by 1, 2, 3
    ),
    about as (
        select hour, login_no, 'c'::"char" as kind, client_no as person_no, min(first_at) as first_at, max(last_at) as last_at
          from spells
         where client_no is not null
         group by 1, 2, 4
         union all
        select hour, login_no, 'u', user_no, min(first_at), max(last_at)
          from spells
         where user_no is not null
         group by 1, 2, 4
    ),
    people as (
        -- Hour by hour: cheaper than to look for doubles among all.
        select scope_no, hour, login_no,
               case when cardinality(clients) > 1 then (select array_agg(distinct n) from unnest(clients) as n)
                    else clients end as clients,
               null::timestamptz[] as clients_from,
               null::timestamptz[] as clients_to,
               case when cardinality(users) > 1 then (select array_agg(distinct n) from unnest(users) as n)
                    else users end as users,
               null::timestamptz[] as users_from,
               null::timestamptz[] as users_to
          from seen
         union all
        select 0, hour, login_no,
               array_agg(person_no) filter (where kind = 'c'),
               array_agg(first_at) filter (where kind = 'c'),
               array_agg(last_at) filter (where kind = 'c'),
               array_agg(person_no) filter (where kind = 'u'),
               array_agg(first_at) filter (where kind = 'u'),
               array_agg(last_at) filter (where kind = 'u')
          from about
         group by 2, 3
    ),
    added as (
        insert into rollups.scope_hours as t
        select scope_no, login_no, hour, events, completes, names, of_name,
               clients, clients_from, clients_to, users, users_from, users_to
          from names
          left join people using (scope_no, hour, login_no)
            on conflict (scope_no, hour, login_no) do update
           set events = t.events + excluded.events,
               completes = t.completes + excluded.completes,
               (names, of_name) = (
                   select b.names, b.of_name
                     from rollups.names_of_both(t.names || excluded.names, t.of_name || excluded.of_name) b),
               (clients, clients_from, clients_to) = (
                   select b.people, b.first_at, b.last_at
                     from rollups.people_of_both(
                         t.clients || excluded.clients, t.clients_from || excluded.clients_from,
                         t.clients_to || excluded.clients_to) b),
               (users, users_from, users_to) = (
                   select b.people, b.first_at, b.last_at
                     from rollups.people_of_both(
                         t.users || excluded.users, t.users_from || excluded.users_from,
                         t.users_to || excluded.users_to) b)
        returning t.scope_no, t.hour
    )
    insert into rollups.days as t (scope_no, day, is_open, has_people, has_sessions, turn)
    select distinct scope_no, date_bin('1 day', hour, epoch), true, false, false, currval('rollups.turns')
      from added
        on conflict (scope_no, day) do update
       set is_open = true, has_people = false, has_sessions = false, turn = excluded.turn;
    return null;
end
$$;
