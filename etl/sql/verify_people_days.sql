-- Closed days that say other people than their hours do. $1 how many to name.
with counted as (
    select h.scope_no, d.day, v.login_no, m.kind, n / 32768 as block,
           bit_or(set_bit(repeat('0', 32768)::bit(32768), n % 32768, 1)) as people
      from rollups.days d
      join rollups.scope_hours h
        on h.scope_no = d.scope_no and h.hour >= d.day and h.hour < d.day + interval '24 hours'
     -- All of them together are -1.
     cross join lateral (values (h.login_no), (case when h.scope_no = 0 then -1 end)) v (login_no)
     cross join lateral (values ('c'::"char", h.clients), ('u', h.users)) m (kind, people)
     cross join lateral unnest(m.people) as n
     where d.has_people
       and v.login_no is not null
     group by 1, 2, 3, 4, 5
),
kept as (
    select p.scope_no, p.day, coalesce(p.login_no, -1) as login_no, p.kind, p.block, p.people
      from rollups.days d
      join rollups.people_days p on p.scope_no = d.scope_no and p.day = d.day
     where d.has_people
)
select format('scope %s, day from %s, login %s, %s of block %s', scope_no, day at time zone 'UTC',
              case when login_no = -1 then 'any' else login_no::text end,
              case kind when 'c' then 'clients' else 'users' end, block) as place,
       coalesce(bit_count(k.people), 0)::text as kept,
       format('%s, %s of them kept', coalesce(bit_count(c.people), 0), coalesce(bit_count(c.people & k.people), 0)) as counted,
       count(*) over () as in_all
  from kept k
  full join counted c using (scope_no, day, login_no, kind, block)
 where k.people is distinct from c.people
 order by 1
 limit $1
