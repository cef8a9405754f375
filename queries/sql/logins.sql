-- Who was logged in, the most frequent state first. States that no shop of ours sends are one group, `other`.
-- $1 from, $2 to, $3 login, $4 category, $5 brand, $6 product, $7 event.
select metrics.login_name(login_no) as user_login_state,
       sum(events)::int8 as events,
       metrics.percent(sum(events), sum(sum(events)) over ()) as percent
  from metrics.event_sums(metrics.read($1, $2, $3, $4, $5, $6, $7, '{168,24,6,1}', true), '{0}', '1 hour', true)
 where is_total
 group by login_no
 order by sum(events) desc, metrics.login_name(login_no) collate "C"
