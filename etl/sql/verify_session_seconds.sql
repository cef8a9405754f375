-- Durations and waits of closed days that are others than those of their hours.
-- $1 how many to name.
with counted as (
    select c.scope_no, d.day, m.measure, width_bucket(n, rollups.bands()) as band, l.login_no,
           array_agg(n order by n) as seconds
      from rollups.days d
      join rollups.session_counts c
        on c.grain = 'h' and c.scope_no = d.scope_no and c.bucket >= d.day and c.bucket < d.day + interval '24 hours'
     cross join lateral (select -1 where not c.is_part union all select c.login_no where c.login_no is not null) l (login_no)
     cross join lateral (values (1, c.seconds), (2, c.wait2), (3, c.wait3), (4, c.wait4)) m (measure, numbers)
     cross join lateral unnest(m.numbers) as n
     where d.has_sessions
     group by 1, 2, 3, 4, 5
),
kept as (
    select s.scope_no, s.day, s.measure::integer as measure, s.band::integer as band, s.login_no, s.sessions,
           s.seconds, s.of_each,
           array(select v.seconds
                   from unnest(s.seconds, s.of_each) with ordinality as v (seconds, times, place)
                  cross join generate_series(1, v.times)
                  order by v.place) as each
      from rollups.days d
      join rollups.session_seconds s on s.scope_no = d.scope_no and s.day = d.day
     where d.has_sessions
)
select format('scope %s, day from %s, measure %s, band %s, login %s', scope_no, day at time zone 'UTC', measure, band,
              case when login_no = -1 then 'any' else login_no::text end) as place,
       coalesce(format('%s sessions: %s times %s', k.sessions, array_to_string(k.seconds, ' '), array_to_string(k.of_each, ' ')),
                'nothing') as kept,
       coalesce(format('%s sessions: %s', cardinality(c.seconds), array_to_string(c.seconds, ' ')), 'nothing') as counted,
       count(*) over () as in_all
  from kept k
  full join counted c using (scope_no, day, measure, band, login_no)
 where k.each is distinct from c.seconds
    or k.sessions is distinct from cardinality(c.seconds)
    -- Longer than its numbers.
    or cardinality(k.of_each) <> cardinality(k.seconds)
 order by 1
 limit $1
