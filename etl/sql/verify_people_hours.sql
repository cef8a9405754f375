-- Hours in which other clients or users were seen than are kept, by login state.
-- $1 how many to name.
with seen as (
    select distinct
           date_bin('1 hour', e.event_timestamp, 'epoch') as hour,
           coalesce(e.user_login_state, '') collate "C" as login,
           p.kind,
           p.id collate "C" as id
      from public.clickstream_events e
     cross join lateral (values ('c'::"char", e.client_id), ('u', e.user_id)) p (kind, id)
     where rollups.in_calendar(e.event_timestamp)
       and p.id <> ''
),
-- Somebody without a number is a NULL among them, which no kept row has.
counted as (
    select s.hour, s.login, s.kind, array_agg(p.person_no order by p.person_no) as people
      from seen s
      left join rollups.people p on p.kind = s.kind and p.id = s.id
     group by 1, 2, 3
),
kept as (
    select h.hour, l.word as login, h.kind, (select array_agg(n order by n) from unnest(h.people) as n) as people
      from rollups.people_hours h
      left join rollups.words l on l.word_no = h.login_no
)
select format('hour from %s, login %L, %s', hour at time zone 'UTC', login,
              case kind when 'c' then 'clients' else 'users' end) as place,
       coalesce(cardinality(k.people), 0)::text as kept,
       format('%s, %s of them kept', coalesce(cardinality(c.people), 0),
              (select count(*) from unnest(c.people) as n where n = any (k.people))) as counted,
       count(*) over () as in_all
  from kept k
  full join counted c using (hour, login, kind)
 where k.people is distinct from c.people
 order by hour, login, kind
 limit $1
