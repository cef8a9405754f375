-- Keeps the hours of scopes in step with the events: how many there were, and the
-- sets of clients and users, which only grow.

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
                  from pg_temp.rollups_tallies t
                  left join rollups.subjects s using (subject_no)
                 group by 1, 2, 3, 4, 5) c
         group by 1, 2, 3
    ),
    seen as (
        select scope_no, hour, login_no,
               array_agg(client_no) filter (where client_no is not null) as clients,
               array_agg(user_no) filter (where user_no is not null) as users
          from (select unnest(coalesce(s.scopes, '{0}')) as scope_no, p.hour, p.login_no, p.client_no, p.user_no
                  from pg_temp.rollups_spells p
                  left join rollups.subjects s using (subject_no)
                 where p.client_no is not null or p.user_no is not null) p
         group by 1, 2, 3
    ),
    -- Hour by hour: cheaper than to look for doubles among all.
    people as (
        select scope_no, hour, login_no,
               (select array_agg(distinct n) from unnest(clients) as n) as clients,
               (select array_agg(distinct n) from unnest(users) as n) as users
          from seen
    ),
    added as (
        insert into rollups.scope_hours as t
        select scope_no, login_no, hour, events, completes, names, of_name, clients, users
          from names
          left join people using (scope_no, hour, login_no)
            on conflict (scope_no, hour, login_no) do update
           set events = t.events + excluded.events,
               completes = t.completes + excluded.completes,
               (names, of_name) = (
                   select array_agg(n.name), array_agg(n.events)
                     from (select name, sum(events)::integer as events
                             from unnest(t.names || excluded.names, t.of_name || excluded.of_name) as b (name, events)
                            group by 1) n),
               clients = (select array_agg(n) from (select unnest(t.clients) union select unnest(excluded.clients)) c (n)),
               users = (select array_agg(n) from (select unnest(t.users) union select unnest(excluded.users)) u (n))
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
