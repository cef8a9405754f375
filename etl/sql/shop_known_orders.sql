-- Which of these orders does the shop have, whenever they were ordered?
-- Asked of the shop's database. $1 order ids, $2 from, $3 to.
-- A row for each order that it has: its id, and whether it was ordered in the range.
select id as order_id, created_at >= $2 and created_at < $3 as is_in_range
  from orders
 where id = any ($1)
