-- The shop's orders in a range, whatever became of them: a cancelled order was ordered, too.
-- Asked of the shop's database. $1 from, $2 to.
-- A row for each order: its id, when it was ordered, its total in whole VND.
select id::text as order_id, created_at as ordered_at, total_vnd as total
  from orders
 where created_at >= $1 and created_at < $2
