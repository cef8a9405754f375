-- Days on which other clients or users were seen than have their bit set, by login
-- state and in any. $1 how many to name.
with seen as (
    select distinct
           date_bin('1 day', e.event_timestamp, 'epoch') as day,
           coalesce(e.user_login_state, '') collate "C" as login,
           p.kind,
           p.id collate "C" as id
      from public.clickstream_events e
     cross join lateral (values ('c'::"char", e.client_id), ('u', e.user_id)) p (kind, id)
     where rollups.in_calendar(e.event_timestamp)
       and p.id <> ''
),
numbered as materialized (
    select s.day, quote_literal(s.login) as login, s.kind, p.person_no
      from seen s
      left join rollups.people p on p.kind = s.kind and p.id = s.id
),
expected as (
    select day, login, kind, person_no / 8192 as block, person_no % 8192 as place
      from numbered
     union all
    select distinct day, 'any', kind, person_no / 8192, person_no % 8192
      from numbered
),
kept as materialized (
    select d.day,
           case when d.login_no is null then 'any' else quote_literal(l.word) end as login,
           d.kind, d.block, d.people
      from rollups.people_days d
      left join rollups.words l on l.word_no = d.login_no
),
-- As many bits as people, and each of theirs set: the same people.
counted as (
    select e.day, e.login, e.kind, e.block,
           count(*) as people,
           count(*) filter (where get_bit(k.people, e.place) = 1) as found
      from expected e
      left join kept k using (day, login, kind, block)
     group by 1, 2, 3, 4
)
select format('day from %s, login %s, %s of block %s', day at time zone 'UTC', login,
              case kind when 'c' then 'clients' else 'users' end, block) as place,
       coalesce(bit_count(k.people), 0)::text as kept,
       format('%s, %s of them kept', coalesce(c.people, 0), coalesce(c.found, 0)) as counted,
       count(*) over () as in_all
  from kept k
  full join counted c using (day, login, kind, block)
 where (coalesce(bit_count(k.people), 0), coalesce(c.people, 0)) <> (coalesce(c.people, 0), coalesce(c.found, 0))
 order by day, login, kind, block
 limit $1
