-- What is excluded, the newest first, and how many events each takes out: one that several name counts
-- for each.
  with ids as (
    select kind, id, count(*) as events
      from etl.excluded_events x
     cross join lateral (
         values ('client', x.event ->> 'client_id'), ('session', x.event ->> 'session_id'),
                ('user', x.event ->> 'user_id'), ('event', x.event_id::text)) i (kind, id)
     where id is not null
     group by 1, 2
)
select x.kind, x.value, x.reason, x.since, x.excluded_by,
       case when x.kind = 'network'
            then (select count(*) from etl.excluded_events e where e.network <<= x.network)
            else coalesce(i.events, 0)
        end as events
  from etl.exclusions x
  left join ids i on i.kind = x.kind and i.id = x.value
 order by x.since desc, x.kind, x.value
