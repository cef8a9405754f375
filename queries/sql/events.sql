-- Which events there were, the most frequent first.
-- $1 from, $2 to, $3 login, $4 category, $5 brand, $6 product, $7 event, $8 limit.
select coalesce(nullif(event_name, ''), 'UNKNOWN') as event_name,
       sum(events)::int8 as events,
       -- The window is computed before the limit: the share is of all of them.
       metrics.percent(sum(events), sum(sum(events)) over ()) as percent
  from metrics.counts_by_event($1, $2, $3, $4, $5, $6, $7)
 group by 1
 order by sum(events) desc, coalesce(nullif(event_name, ''), 'UNKNOWN') collate "C"
 limit $8::int8
