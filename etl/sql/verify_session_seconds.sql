-- Durations and waits of closed days that are others than those of their hours, by
-- the spans that they are kept in. $1 how many to name.
with spans as materialized (
    select * from rollups.told_spans('sessions')
),
counted as (
    select c.scope_no, s.hours, s.starts, m.measure, width_bucket(n, rollups.bands()) as band, l.login_no,
           array_agg(n order by n) as seconds
      from spans s
      join rollups.session_counts c
        on c.grain = 'h' and c.scope_no = s.scope_no
       and c.bucket >= s.starts and c.bucket < s.starts + make_interval(hours => s.hours)
     cross join lateral (select -1 where not c.is_part union all select c.login_no where c.login_no is not null) l (login_no)
     cross join lateral (values (1, c.seconds), (2, c.wait2), (3, c.wait3), (4, c.wait4)) m (measure, numbers)
     cross join lateral unnest(m.numbers) as n
     group by 1, 2, 3, 4, 5, 6
),
kept as (
    select n.scope_no, n.hours::integer as hours, n.starts, n.measure::integer as measure, n.band::integer as band, n.login_no,
           n.sessions, n.seconds, n.of_each,
           array(select v.seconds
                   from unnest(n.seconds, n.of_each) with ordinality as v (seconds, times, place)
                  cross join generate_series(1, v.times)
                  order by v.place) as each
      from spans s
      join rollups.session_seconds n on n.scope_no = s.scope_no and n.hours = s.hours and n.starts = s.starts
)
select format('scope %s, %s hours from %s, measure %s, band %s, login %s', scope_no, hours, starts at time zone 'UTC', measure, band,
              case when login_no = -1 then 'any' else login_no::text end) as place,
       coalesce(format('%s sessions: %s times %s', k.sessions, array_to_string(k.seconds, ' '), array_to_string(k.of_each, ' ')),
                'nothing') as kept,
       coalesce(format('%s sessions: %s', cardinality(c.seconds), array_to_string(c.seconds, ' ')), 'nothing') as counted,
       count(*) over () as in_all
  from kept k
  full join counted c using (scope_no, hours, starts, measure, band, login_no)
 where k.each is distinct from c.seconds
    or k.sessions is distinct from cardinality(c.seconds)
    -- Longer than its numbers.
    or cardinality(k.of_each) <> cardinality(k.seconds)
 order by 1
 limit $1
