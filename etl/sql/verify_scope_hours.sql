-- Hours with other events in a scope than are counted, all or of a name, or with
-- other clients or users than are kept, by login state. $1 how many to name.
with events as materialized (
    select s.kind as scope, s.value,
           date_bin('1 hour', e.event_timestamp, 'epoch') as hour,
           coalesce(e.user_login_state, '') collate "C" as login,
           e.event_name,
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
sums as (
    select scope, value, hour, login,
           count(*) as events,
           count(*) filter (where event_name = 'checkout_complete') as completes,
           array_agg(distinct client_id) filter (where client_id is not null) as clients,
           array_agg(distinct user_id) filter (where user_id is not null) as users
      from events
     group by 1, 2, 3, 4
),
counted as (
    select * from sums join names using (scope, value, hour, login)
),
kept as (
    select s.kind as scope, s.value, h.hour, l.word as login, h.events::bigint as events, h.completes::bigint as completes,
           (select array_agg(format('%s %s', w.word, n.events) collate "C" order by format('%s %s', w.word, n.events) collate "C")
              from unnest(h.names, h.of_name) as n (name_no, events)
              left join rollups.words w on w.word_no = n.name_no) as names,
           (select array_agg(p.id collate "C" order by p.id collate "C")
              from unnest(h.clients) as n left join rollups.people p on p.person_no = n and p.kind = 'c') as clients,
           (select array_agg(p.id collate "C" order by p.id collate "C")
              from unnest(h.users) as n left join rollups.people p on p.person_no = n and p.kind = 'u') as users
      from rollups.scope_hours h
      left join lateral rollups.scope_named(h.scope_no) s on true
      left join rollups.words l on l.word_no = h.login_no
)
select format('%shour from %s, login %L', case when scope <> 'a' then format('scope %s %L, ', scope, value) end,
              hour at time zone 'UTC', login) as place,
       format('%s events (%s), %s checkouts, %s clients, %s users', coalesce(k.events, 0),
              array_to_string(k.names, ', '), coalesce(k.completes, 0),
              coalesce(cardinality(k.clients), 0), coalesce(cardinality(k.users), 0)) as kept,
       format('%s events (%s), %s checkouts, %s of %s clients, %s of %s users', coalesce(c.events, 0),
              array_to_string(c.names, ', '), coalesce(c.completes, 0),
              (select count(*) from unnest(c.clients) as id where id = any (k.clients)), coalesce(cardinality(c.clients), 0),
              (select count(*) from unnest(c.users) as id where id = any (k.users)), coalesce(cardinality(c.users), 0)) as counted,
       count(*) over () as in_all
  from kept k
  full join counted c using (scope, value, hour, login)
 where (k.events, k.completes, k.names, k.clients, k.users)
       is distinct from (c.events, c.completes, c.names, c.clients, c.users)
 order by hour, scope, value, login
 limit $1
