-- Spans of closed days that say other people than their hours do. $1 how many to name.
with spans as materialized (
    select * from rollups.told_spans('people')
),
counted as (
    select h.scope_no, s.hours, s.starts, v.login_no, m.kind, n / 32768 as block,
           bit_or(set_bit(repeat('0', 32768)::bit(32768), n % 32768, 1)) as people
      from spans s
      join rollups.scope_hours h
        on h.scope_no = s.scope_no and h.hour >= s.starts and h.hour < s.starts + make_interval(hours => s.hours)
     -- All of them together are -1.
     cross join lateral (values (h.login_no), (case when h.scope_no = 0 then -1 end)) v (login_no)
     cross join lateral (values ('c'::"char", h.clients), ('u', h.users)) m (kind, people)
     cross join lateral unnest(m.people) as n
     where v.login_no is not null
     group by 1, 2, 3, 4, 5, 6
),
kept as (
    select p.scope_no, p.hours::integer as hours, p.starts, coalesce(p.login_no, -1) as login_no, p.kind, p.block, p.people
      from spans s
      join rollups.people_spans p on p.scope_no = s.scope_no and p.hours = s.hours and p.starts = s.starts
)
select format('scope %s, %s hours from %s, login %s, %s of block %s', scope_no, hours, starts at time zone 'UTC',
              case when login_no = -1 then 'any' else login_no::text end,
              case kind when 'c' then 'clients' else 'users' end, block) as place,
       coalesce(bit_count(k.people), 0)::text as kept,
       format('%s, %s of them kept', coalesce(bit_count(c.people), 0), coalesce(bit_count(c.people & k.people), 0)) as counted,
       count(*) over () as in_all
  from kept k
  full join counted c using (scope_no, hours, starts, login_no, kind, block)
 where k.people is distinct from c.people
 order by 1
 limit $1
