-- Hours with other active sessions, by the hour they were active in before, than
-- are counted. $1 how many to name.
with counted as (
    select h.hour, h.previous, s.is_part,
           case when s.login_no is null then 'any' else quote_literal(l.word) end as login,
           count(*) as sessions
      from rollups.sessions s
      left join rollups.words l on l.word_no = s.login_no
     cross join lateral (
         select hour, coalesce(lag(hour) over (order by hour), '-infinity') as previous
           from unnest(s.hours) as hour) h
     group by 1, 2, 3, 4
),
kept as (
    select c.hour, c.previous, c.is_part,
           case when c.login_no is null then 'any' else quote_literal(l.word) end as login,
           c.sessions
      from rollups.session_hours c
      left join rollups.words l on l.word_no = c.login_no
)
select format('hour from %s after %s, login %s%s', hour at time zone 'UTC', previous at time zone 'UTC',
              login, case when is_part then ', parts' end) as place,
       coalesce(k.sessions, 0)::text as kept,
       coalesce(c.sessions, 0)::text as counted,
       count(*) over () as in_all
  from kept k
  full join counted c using (hour, previous, is_part, login)
 where coalesce(k.sessions, 0) <> coalesce(c.sessions, 0)
 order by hour, previous, is_part, login
 limit $1
