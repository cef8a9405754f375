-- Which orders did the warehouse see in a range?
-- $1 from, $2 to.
-- A row for each order: its id (of the event, where it names none), whether it names one, when it was
-- seen, and its total in whole VND (NULL: no price is known). Exact with the log pending, too.
select metrics.order_key(o.order_id, k.event_id) as order_id,
       metrics.known_id(o.order_id) is not null as has_id,
       k.event_timestamp as seen_at,
       case when k.amount is not null then metrics.whole_vnd(k.amount) end as total
  from (select distinct c.event_id, c.event_timestamp, c.amount
          from metrics.checkouts_in(metrics.read($1, $2, null, null, null, null, null, '{}', false)) c
         where c.is_order) k
  left join context.orders o on o.event_id = k.event_id
