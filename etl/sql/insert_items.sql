-- The items that orders name ($1: an array of rows). An order has all of its items or none, so one
-- that has some is left alone.
insert into context.items
       (event_id, item_no, product_id, product_name, category, brand, price, discount_price, quantity)
select n.event_id, n.item_no, n.product_id, n.product_name, n.category, n.brand, n.price,
       n.discount_price, n.quantity
  from jsonb_to_recordset($1::jsonb)
           as n (event_id uuid, item_no integer, product_id text, product_name text, category text,
                 brand text, price bigint, discount_price bigint, quantity integer)
 where not exists (select from context.items i where i.event_id = n.event_id offset 0)
    on conflict do nothing
