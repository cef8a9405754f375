-- Which events there were, the most frequent first.
-- $1 from, $2 to, $3 login, $4 category, $5 brand, $6 product, $7 event, $8 limit.
select coalesce(nullif(case when $7::text is not null then $7::text else event_name end, ''), 'UNKNOWN') as event_name,
       sum(events)::int8 as events,
       -- The window is computed before the limit: the share is of all of them.
       metrics.percent(sum(events), sum(sum(events)) over ()) as percent
  from metrics.event_sums(metrics.read($1, $2, $3, $4, $5, $6, $7, '{168,24,6,1}', true), null, '1 hour')
 group by 1
 order by sum(events) desc, 1
 limit $8::int8
