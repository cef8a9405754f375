-- What events say of orders ($1: an array of rows).
insert into context.orders (event_id, order_id, order_number, total, cart_id)
select o.event_id, o.order_id, o.order_number, o.total, o.cart_id
  from jsonb_to_recordset($1::jsonb)
           as o (event_id uuid, order_id text, order_number text, total bigint, cart_id text)
    on conflict do nothing
