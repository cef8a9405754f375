-- Durations and waits of closed days that are others than those of their hours.
-- $1 how many to name.
with counted as (
    select c.scope_no, d.day, m.measure, (width_bucket(n, rollups.steps()) - 1) / 16 as band, c.is_part,
           coalesce(c.login_no, -1) as login_no,
           array_agg(n order by n) as seconds
      from rollups.days d
      join rollups.session_counts c
        on c.grain = 'h' and c.scope_no = d.scope_no and c.bucket >= d.day and c.bucket < d.day + interval '24 hours'
     cross join lateral (values (1, c.seconds), (2, c.wait2), (3, c.wait3), (4, c.wait4)) m (measure, numbers)
     cross join lateral unnest(m.numbers) as n
     where d.has_sessions
     group by 1, 2, 3, 4, 5, 6
),
kept as (
    select s.scope_no, s.day, s.measure::integer as measure, s.band::integer as band, s.is_part,
           coalesce(s.login_no, -1) as login_no, s.seconds, s.steps
      from rollups.days d
      join rollups.session_seconds s on s.scope_no = d.scope_no and s.day = d.day
     where d.has_sessions
)
select format('scope %s, day from %s, measure %s, band %s, login %s%s', scope_no, day at time zone 'UTC', measure, band,
              case when login_no = -1 then 'any' else login_no::text end, case when is_part then ', parts' end) as place,
       coalesce(array_to_string(k.seconds, ' ') || ' in steps of ' || array_to_string(k.steps, ' '), 'nothing') as kept,
       coalesce(array_to_string(c.seconds, ' '), 'nothing') as counted,
       count(*) over () as in_all
  from kept k
  full join counted c using (scope_no, day, measure, band, is_part, login_no)
 where k.seconds is distinct from c.seconds
    or k.steps is distinct from array(
           select (select count(*) from unnest(c.seconds) as n where width_bucket(n, rollups.steps()) = step)::integer
             from generate_series(16 * band + 1, least(16 * band + 16, cardinality(rollups.steps()))) as step
            order by step)
 order by 1
 limit $1
