-- Hours in which other sessions began in a scope than are counted, and closed days
-- that say other sums than their hours. $1 how many to name.
with kept as (
    select c.grain::text as grain, c.scope_no, s.kind as scope, s.value, c.bucket, c.is_part,
           case when c.login_no is null then 'any' else quote_literal(l.word) end as login,
           array[c.sessions, c.events, c.carted, c.converted, c.abandoned, c.bounces, c.new_sessions,
                 c.reached1, c.reached2, c.reached3, c.reached4]::bigint[] as sums,
           array[array(select n from unnest(c.seconds) as n order by n)::text,
                 array(select n from unnest(c.wait2) as n order by n)::text,
                 array(select n from unnest(c.wait3) as n order by n)::text,
                 array(select n from unnest(c.wait4) as n order by n)::text] as times
      from rollups.session_counts c
      left join lateral rollups.scope_named(c.scope_no) s on true
      left join rollups.words l on l.word_no = c.login_no
     -- Where sessions went when more of their events came, nothing is left.
     where c.sessions <> 0
),
counted as (
    select 'h' as grain, scope, value, date_bin('1 hour', first_at, 'epoch') as bucket, is_part, login,
           array[count(*), sum(events),
                 count(*) filter (where carts > 0),
                 count(*) filter (where completes > 0),
                 count(*) filter (where carts > 0 and completes = 0),
                 count(*) filter (where events = 1),
                 count(*) filter (where is_new),
                 count(*) filter (where reached >= 1),
                 count(*) filter (where reached >= 2),
                 count(*) filter (where reached >= 3),
                 count(*) filter (where reached >= 4)]::bigint[] as sums,
           array[array_agg(seconds order by seconds)::text,
                 coalesce(array_agg(wait2 order by wait2) filter (where wait2 is not null)::text, '{}'),
                 coalesce(array_agg(wait3 order by wait3) filter (where wait3 is not null)::text, '{}'),
                 coalesce(array_agg(wait4 order by wait4) filter (where wait4 is not null)::text, '{}')] as times
      from rollups.told_sessions()
     group by 2, 3, 4, 5, 6
     union all
    select 'd', h.scope, h.value, d.day, h.is_part, h.login,
           array[sum(sums[1]), sum(sums[2]), sum(sums[3]), sum(sums[4]), sum(sums[5]), sum(sums[6]), sum(sums[7]),
                 sum(sums[8]), sum(sums[9]), sum(sums[10]), sum(sums[11])]::bigint[],
           array['{}', '{}', '{}', '{}']
      from rollups.days d
      join kept h
        on h.scope_no = d.scope_no and h.grain = 'h' and h.bucket >= d.day and h.bucket < d.day + interval '24 hours'
     where d.has_sessions
     group by 2, 3, 4, 5, 6
),
believed as (
    select k.*
      from kept k
     where k.grain = 'h'
        or exists (select from rollups.days d where d.scope_no = k.scope_no and d.day = k.bucket and d.has_sessions)
)
select format('%s%s from %s, login %s%s', case when scope <> 'a' then format('scope %s %L, ', scope, value) end,
              case grain when 'h' then 'hour' else 'day' end, bucket at time zone 'UTC',
              login, case when is_part then ', parts' end) as place,
       coalesce(array_to_string(k.sums, ' ') || ' ' || array_to_string(k.times, ' '), 'nothing') as kept,
       coalesce(array_to_string(c.sums, ' ') || ' ' || array_to_string(c.times, ' '), 'nothing') as counted,
       count(*) over () as in_all
  from believed k
  full join counted c using (grain, scope, value, bucket, is_part, login)
 where (k.sums, k.times) is distinct from (c.sums, c.times)
 order by bucket, grain, scope, value, is_part, login
 limit $1
