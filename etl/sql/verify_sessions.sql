-- Sessions that are kept otherwise than their events tell: as a whole, and in
-- each login state of those with several. $1 how many to name.
with counted as (
    select session_id, is_part, login, first_at, last_at, reached
      from rollups.told_sessions()
     where scope = 'a'
),
kept as (
    select s.session_id collate "C" as session_id, s.is_part,
           case when s.login_no is null then 'any' else quote_literal(l.word) end as login,
           s.first_at, s.last_at, s.reached::integer as reached, s.span
      from rollups.sessions s
      left join rollups.words l on l.word_no = s.login_no
)
select format('session %L, login %s%s', session_id, login, case when is_part then ', in part' end) as place,
       case when k.first_at is null then 'nothing'
            else format('%s to %s, step %s, span %s', k.first_at at time zone 'UTC', k.last_at at time zone 'UTC',
                        k.reached, k.span) end as kept,
       case when c.first_at is null then 'nothing'
            else format('%s to %s, step %s', c.first_at at time zone 'UTC', c.last_at at time zone 'UTC',
                        c.reached) end as counted,
       count(*) over () as in_all
  from kept k
  full join counted c using (session_id, is_part, login)
 where (k.first_at, k.last_at, k.reached) is distinct from (c.first_at, c.last_at, c.reached)
    -- A session that lasted longer than its span says would not be found.
    or k.last_at - k.first_at > interval '1 hour' * power(4, k.span)
 order by session_id, is_part, login
 limit $1
