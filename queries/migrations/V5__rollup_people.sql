-- Keeps the sets of clients and users in step with the events. A set only grows.

create function rollups.add_people() returns trigger
language plpgsql security definer
-- Planned once, maybe on an empty table, and used while it grows: the look-ups
-- must go by the indexes from the start.
set search_path = pg_catalog, pg_temp set enable_nestloop = off set enable_seqscan = off set jit = off
as $$
declare
    epoch constant timestamptz := 'epoch';
    nobody constant bit(8192) := repeat('0', 8192)::bit(8192);
begin
    if not (select ready from rollups.state) then
        return null;
    end if;

    insert into rollups.people (kind, id)
    select f.kind, f.id
      from (select 'c'::"char" as kind, client_id as id from fresh where client_id <> ''
             union
            select 'u', user_id from fresh where user_id <> '') f
     -- One look into the index for each, however many there are.
     where not exists (select from rollups.people p where p.id = f.id and p.kind = f.kind offset 0);

    with seen as materialized (
        select hour, l.word_no as login_no, f.kind, p.person_no
          from (select date_bin('1 hour', event_timestamp, epoch) as hour,
                       coalesce(user_login_state, '') as login,
                       'c'::"char" as kind,
                       client_id as id
                  from fresh
                 where client_id <> '' and rollups.in_calendar(event_timestamp)
                 union
                select date_bin('1 hour', event_timestamp, epoch), coalesce(user_login_state, ''), 'u', user_id
                  from fresh
                 where user_id <> '' and rollups.in_calendar(event_timestamp)) f
          join rollups.words l on l.word = f.login
         cross join lateral (select person_no from rollups.people p where p.id = f.id and p.kind = f.kind offset 0) p
    ),
    by_hour as (
        insert into rollups.people_hours as t
        select hour, login_no, kind, array_agg(person_no)
          from seen
         group by 1, 2, 3
            on conflict (hour, login_no, kind) do update
           set people = (select array_agg(n)
                           from (select unnest(t.people) union select unnest(excluded.people)) as merged (n))
    ),
    days as (
        select date_bin('1 day', hour, epoch) as day, login_no, kind, person_no
          from seen
         group by 1, 2, 3, 4
    )
    insert into rollups.people_days as t
    select day, case when not of_all then login_no end, kind, person_no / 8192,
           bit_or(set_bit(nobody, person_no % 8192, 1))
      from days
     cross join (values (true), (false)) v (of_all)
     group by 1, 2, 3, 4
        on conflict (day, login_no, kind, block) do update
       set people = t.people | excluded.people;
    return null;
end
$$;
