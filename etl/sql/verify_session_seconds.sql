-- Durations and waits of a day's sessions that are counted otherwise than the
-- sessions say. $1 how many to name.
with counted as (
    select m.measure, x.is_exact,
           date_bin('1 day', s.first_at, 'epoch') as day,
           case when x.is_exact then m.seconds else rollups.coarse(m.seconds) end as seconds,
           s.is_part,
           case when s.login_no is null then 'any' else quote_literal(l.word) end as login,
           count(*) as sessions
      from rollups.sessions s
      left join rollups.words l on l.word_no = s.login_no
     cross join lateral (values (1::smallint, floor(extract(epoch from s.last_at - s.first_at))::bigint),
                                (2::smallint, s.wait2),
                                (3::smallint, s.wait3),
                                (4::smallint, s.wait4)) m (measure, seconds)
     cross join (values (true), (false)) x (is_exact)
     where m.seconds is not null
     group by 1, 2, 3, 4, 5, 6
),
kept as (
    select c.measure, c.is_exact, c.day, c.seconds, c.is_part,
           case when c.login_no is null then 'any' else quote_literal(l.word) end as login,
           c.sessions
      from rollups.session_seconds c
      left join rollups.words l on l.word_no = c.login_no
)
select format('day from %s, measure %s, %s %s s, login %s%s', day at time zone 'UTC', measure,
              case when is_exact then 'exactly' else 'from' end, seconds,
              login, case when is_part then ', parts' end) as place,
       coalesce(k.sessions, 0)::text as kept,
       coalesce(c.sessions, 0)::text as counted,
       count(*) over () as in_all
  from kept k
  full join counted c using (measure, is_exact, day, seconds, is_part, login)
 where coalesce(k.sessions, 0) <> coalesce(c.sessions, 0)
 order by day, measure, is_exact, seconds, is_part, login
 limit $1
