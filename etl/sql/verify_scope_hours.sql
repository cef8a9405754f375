-- Hours with other events in a scope than are counted, all or of a name, or with other
-- clients or users than are kept (of everything: or from and to other times), by login
-- state. $1 how many to name.
with events as materialized (
    select s.kind as scope, s.value,
           date_bin('1 hour', e.event_timestamp, 'epoch') as hour,
           coalesce(e.user_login_state, '') collate "C" as login,
           e.event_name,
           e.event_timestamp as at,
           nullif(e.client_id, '') collate "C" as client_id,
           nullif(e.user_id, '') collate "C" as user_id
      from public.clickstream_events e
     cross join lateral rollups.scopes_of(e) s
     where rollups.in_calendar(e.event_timestamp)
),
names as (
    select scope, value, hour, login, array_agg(of_name order by of_name) as names
      from (select scope, value, hour, login, format('%s %s', event_name, count(*)) collate "C" as of_name
              from events
             group by scope, value, hour, login, event_name) n
     group by 1, 2, 3, 4
),
seen as (
    select scope, value, hour, login, kind,
           array_agg(id order by id) as people,
           array_agg(format('%s %s', first_at, last_at) order by id) filter (where scope = 'a') as seen
      from (select e.scope, e.value, e.hour, e.login, p.kind, p.id, min(e.at) as first_at, max(e.at) as last_at
              from events e
             cross join lateral (values ('c', e.client_id), ('u', e.user_id)) p (kind, id)
             where p.id is not null
             group by 1, 2, 3, 4, 5, 6) p
     group by 1, 2, 3, 4, 5
),
sums as (
    select e.*, c.people as clients, c.seen as clients_seen, u.people as users, u.seen as users_seen
      from (select scope, value, hour, login,
                   count(*) as events,
                   count(*) filter (where event_name = 'checkout_complete') as completes
              from events
             group by 1, 2, 3, 4) e
      left join (select * from seen where kind = 'c') c using (scope, value, hour, login)
      left join (select * from seen where kind = 'u') u using (scope, value, hour, login)
),
counted as (
    select * from sums join names using (scope, value, hour, login)
),
kept as (
    select s.kind as scope, s.value, h.hour, l.word as login, h.events::bigint as events, h.completes::bigint as completes,
           (select array_agg(format('%s %s', w.word, n.events) collate "C" order by format('%s %s', w.word, n.events) collate "C")
              from unnest(h.names, h.of_name) as n (name_no, events)
              left join rollups.words w on w.word_no = n.name_no) as names,
           c.people as clients, c.seen as clients_seen, u.people as users, u.seen as users_seen
      from rollups.scope_hours h
      left join lateral rollups.scope_named(h.scope_no) s on true
      left join rollups.words l on l.word_no = h.login_no
     cross join lateral (
         select array_agg(p.id collate "C" order by p.id collate "C") as people,
                array_agg(format('%s %s', n.first_at, n.last_at) order by p.id collate "C")
                    filter (where num_nonnulls(n.first_at, n.last_at) > 0) as seen
           from unnest(h.clients, h.clients_from, h.clients_to) as n (person_no, first_at, last_at)
           left join rollups.people p on p.person_no = n.person_no and p.kind = 'c') c
     cross join lateral (
         select array_agg(p.id collate "C" order by p.id collate "C") as people,
                array_agg(format('%s %s', n.first_at, n.last_at) order by p.id collate "C")
                    filter (where num_nonnulls(n.first_at, n.last_at) > 0) as seen
           from unnest(h.users, h.users_from, h.users_to) as n (person_no, first_at, last_at)
           left join rollups.people p on p.person_no = n.person_no and p.kind = 'u') u
)
select format('%shour from %s, login %L', case when scope <> 'a' then format('scope %s %L, ', scope, value) end,
              hour at time zone 'UTC', login) as place,
       format('%s events (%s), %s checkouts, %s clients, %s users%s', coalesce(k.events, 0),
              array_to_string(k.names, ', '), coalesce(k.completes, 0),
              coalesce(cardinality(k.clients), 0), coalesce(cardinality(k.users), 0),
              case when (k.clients_seen, k.users_seen) is distinct from (c.clients_seen, c.users_seen)
                   then ' at other times' end) as kept,
       format('%s events (%s), %s checkouts, %s of %s clients, %s of %s users', coalesce(c.events, 0),
              array_to_string(c.names, ', '), coalesce(c.completes, 0),
              (select count(*) from unnest(c.clients) as id where id = any (k.clients)), coalesce(cardinality(c.clients), 0),
              (select count(*) from unnest(c.users) as id where id = any (k.users)), coalesce(cardinality(c.users), 0)) as counted,
       count(*) over () as in_all
  from kept k
  full join counted c using (scope, value, hour, login)
 where (k.events, k.completes, k.names, k.clients, k.users, k.clients_seen, k.users_seen)
       is distinct from (c.events, c.completes, c.names, c.clients, c.users, c.clients_seen, c.users_seen)
 order by hour, scope, value, login
 limit $1
