-- Who was logged in, the most frequent state first.
-- $1 from, $2 to, $3 login, $4 category, $5 brand, $6 product, $7 event.
select coalesce(nullif(user_login_state, ''), 'UNKNOWN') as user_login_state,
       sum(events)::int8 as events,
       metrics.percent(sum(events), sum(sum(events)) over ()) as percent
  from metrics.counts_by_login($1, $2, $3, $4, $5, $6, $7)
 group by 1
 order by sum(events) desc, coalesce(nullif(user_login_state, ''), 'UNKNOWN') collate "C"
