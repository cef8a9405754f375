-- Keeps the hours of scopes in step with the events: how many there were, and the
-- sets of clients and users, which only grow.

create function rollups.union_of(a integer[], b integer[]) returns integer[]
language sql immutable parallel safe
as $$ select array_agg(n) from (select unnest($1) union select unnest($2)) as merged (n) $$;

create function rollups.add_hours() returns trigger
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
        select scopes, hour, login_no, count(*) as events, count(*) filter (where step = 4) as completes
          from rollups.fresh
         group by 1, 2, 3
    ),
    added as (
        insert into rollups.scope_hours as t
        select scope_no, login_no, hour, sum(events), sum(completes),
               array_agg(client_no) filter (where client_no is not null),
               array_agg(user_no) filter (where user_no is not null)
          from (select unnest(scopes) as scope_no, hour, login_no, events, completes, null::integer as client_no,
                       null::integer as user_no
                  from cells
                 union all
                select distinct unnest(scopes), hour, login_no, 0, 0, client_no, null::integer
                  from (select distinct scopes, hour, login_no, client_no from rollups.fresh where client_no is not null) c
                 union all
                select distinct unnest(scopes), hour, login_no, 0, 0, null::integer, user_no
                  from (select distinct scopes, hour, login_no, user_no from rollups.fresh where user_no is not null) u) seen
         group by 1, 2, 3
            on conflict (scope_no, hour, login_no) do update
           set events = t.events + excluded.events,
               completes = t.completes + excluded.completes,
               clients = rollups.union_of(t.clients, excluded.clients),
               users = rollups.union_of(t.users, excluded.users)
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
