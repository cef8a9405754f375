-- Hours and days in which other sessions began than are counted. $1 how many to name.
with sessions as (
    select s.*, case when s.login_no is null then 'any' else quote_literal(l.word) end as login
      from rollups.sessions s
      left join rollups.words l on l.word_no = s.login_no
),
counted as (
    select g.grain, g.bucket, s.is_part, s.login,
           array[count(*),
                 sum(s.events),
                 count(*) filter (where s.carts > 0),
                 count(*) filter (where s.completes > 0),
                 count(*) filter (where s.carts > 0 and s.completes = 0),
                 count(*) filter (where s.events = 1),
                 count(*) filter (where s.is_new),
                 count(*) filter (where s.reached >= 1),
                 count(*) filter (where s.reached >= 2),
                 count(*) filter (where s.reached >= 3),
                 count(*) filter (where s.reached >= 4)]::bigint[] as sums
      from sessions s
     cross join lateral (values ('h'::"char", date_bin('1 hour', s.first_at, 'epoch')),
                                ('d', date_bin('1 day', s.first_at, 'epoch'))) g (grain, bucket)
     group by 1, 2, 3, 4
),
-- Where sessions went when more of their events came, nothing is left.
kept as (
    select c.grain, c.bucket, c.is_part,
           case when c.login_no is null then 'any' else quote_literal(l.word) end as login,
           array[c.sessions, c.events, c.carted, c.converted, c.abandoned, c.bounces, c.new_sessions]
               || c.reached as sums
      from rollups.session_counts c
      left join rollups.words l on l.word_no = c.login_no
)
select format('%s from %s, login %s%s', case grain when 'h' then 'hour' else 'day' end, bucket at time zone 'UTC',
              login, case when is_part then ', parts' end) as place,
       coalesce(array_to_string(k.sums, ' '), 'nothing') as kept,
       coalesce(array_to_string(c.sums, ' '), 'nothing') as counted,
       count(*) over () as in_all
  from kept k
  full join counted c using (grain, bucket, is_part, login)
 where coalesce(k.sums, array_fill(0::bigint, array[11])) <> coalesce(c.sums, array_fill(0::bigint, array[11]))
 order by bucket, grain, is_part, login
 limit $1
