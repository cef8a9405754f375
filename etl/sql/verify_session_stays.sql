-- Hours in which other sessions were still active, by the hour they were active in
-- before, than are counted. $1 how many to name.
with counted as (
    select t.scope, t.value, h.hour, h.previous, t.is_part, t.login, count(*) as sessions
      from rollups.told_sessions() t
     cross join lateral (select hour, lag(hour) over (order by hour) as previous from unnest(t.hours) as hour) h
     where h.previous is not null
     group by 1, 2, 3, 4, 5, 6
),
kept as (
    select s.kind as scope, s.value, c.hour, c.previous, c.is_part,
           case when c.login_no is null then 'any' else quote_literal(l.word) end as login,
           c.sessions
      from rollups.session_stays c
      left join lateral rollups.scope_named(c.scope_no) s on true
      left join rollups.words l on l.word_no = c.login_no
)
select format('%shour from %s after %s, login %s%s', case when scope <> 'a' then format('scope %s %L, ', scope, value) end,
              hour at time zone 'UTC', previous at time zone 'UTC', login, case when is_part then ', parts' end) as place,
       coalesce(k.sessions, 0)::text as kept,
       coalesce(c.sessions, 0)::text as counted,
       count(*) over () as in_all
  from kept k
  full join counted c using (scope, value, hour, previous, is_part, login)
 where coalesce(k.sessions, 0) <> coalesce(c.sessions, 0)
 order by hour, previous, scope, value, is_part, login
 limit $1
