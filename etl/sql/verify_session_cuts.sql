-- Hours of closed days at which sessions are cut other than their events say. $1 how
-- many to name.
with days as materialized (
    select d.day
      from rollups.days d
     where d.scope_no = 0 and d.has_sessions
),
hours as materialized (
    select distinct h.hour
      from days d
     cross join generate_series(d.day + interval '1 hour', d.day + interval '24 hours' + rollups.short_time(), interval '1 hour') as h (hour)
     where rollups.has_cuts(h.hour)
),
both_sides as (
    select true as is_kept, c.*
      from rollups.session_cuts c
     union all
    select false, c.*
      from (select distinct date_bin('24 hours', hour - interval '1 hour', 'epoch') as day from hours) d
     cross join lateral rollups.cuts_of_sessions(d.day + interval '1 hour', d.day + interval '24 hours') c
),
told as materialized (
    select c.is_kept, c.hour, c.side, c.is_part, coalesce(c.login_no, -1) as login_no,
           concat_ws(' ', c.sessions, c.events, c.carted, c.converted, c.abandoned, c.bounces, c.new_sessions, c.reached1,
                     array(select n from unnest(c.seconds) as n order by n),
                     array(select n from unnest(c.wait2) as n order by n),
                     array(select n from unnest(c.wait3) as n order by n),
                     array(select n from unnest(c.wait4) as n order by n)) as sums
      from both_sides c
      join hours using (hour)
)
select format('%s %s, login %s%s', case side when '<' then 'before' when '>' then 'from' else 'open at' end,
              hour at time zone 'UTC', case when login_no = -1 then 'any' else login_no::text end,
              case when is_part then ', parts' end) as place,
       coalesce(k.sums, 'nothing') as kept,
       coalesce(c.sums, 'nothing') as counted,
       count(*) over () as in_all
  from (select * from told where is_kept) k
  full join (select * from told where not is_kept) c using (hour, side, is_part, login_no)
 where k.sums is distinct from c.sums
 order by hour, side, is_part, login_no
 limit $1
