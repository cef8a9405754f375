-- Sessions that are kept otherwise than their events tell: as a whole, and in
-- each login state of those with several. $1 how many to name.
with sides as (
    select true as is_kept, s.session_id collate "C" as session_id, s.is_part,
           case when s.login_no is null then 'any' else quote_literal(l.word) end as login,
           s.first_at, s.last_at, s.span, s.events, s.is_carted, s.is_converted, s.is_new, s.reached,
           s.wait2, s.wait3, s.wait4,
           (select array_agg(e.at order by e.at, e.kind) from unnest(s.times, s.kinds) as e (at, kind)) as times,
           (select array_agg(e.kind::integer order by e.at, e.kind) from unnest(s.times, s.kinds) as e (at, kind)) as kinds
      from rollups.sessions s
      left join rollups.words l on l.word_no = s.login_no
     union all
    select false, session_id, is_part, login, first_at, last_at, null, events, carts > 0, completes > 0, is_new, reached,
           wait2, wait3, wait4,
           case when events <= lengthy then times end, case when events <= lengthy then kinds end
      from rollups.told_sessions()
     cross join rollups.state
     where scope = 'a'
),
words as materialized (
    select is_kept, session_id, is_part, login,
           -- A session that lasted longer than its span says would not be found.
           last_at - first_at > interval '15 minutes' * power(4, span) or (times is null and span <= rollups.short_span()) as is_lost,
           span,
           case when times is null then 'not told' else left(md5(concat(times, kinds)), 8) end as trace,
           format('%s to %s, %s events%s%s%s, step %s%s', first_at at time zone 'UTC', last_at at time zone 'UTC', events,
                  case when is_carted then ', cart' end, case when is_converted then ', checkout' end,
                  case when is_new then ', new' end, reached,
                  case when num_nonnulls(wait2, wait3, wait4) > 0
                       then format(' after %s, %s, %s s', coalesce(wait2::text, '-'), coalesce(wait3::text, '-'),
                                   coalesce(wait4::text, '-')) end) as facts
      from sides
)
select format('session %L, login %s%s', session_id, login, case when is_part then ', in part' end) as place,
       coalesce(k.facts || ', span ' || k.span || t.kept, 'nothing') as kept,
       coalesce(c.facts || t.told, 'nothing') as counted,
       count(*) over () as in_all
  from (select * from words where is_kept) k
  full join (select * from words where not is_kept) c using (session_id, is_part, login)
 -- Each event's time and kind, in short.
 cross join lateral (
     select case when k.trace <> c.trace then ', events ' || k.trace else '' end as kept,
            case when k.trace <> c.trace then ', events ' || c.trace else '' end as told) t
 where k.facts is distinct from c.facts
    or k.trace <> c.trace
    or k.is_lost
 order by session_id, is_part, login
 limit $1
