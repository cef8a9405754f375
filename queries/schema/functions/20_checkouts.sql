-- Checkouts: what was ordered, and what was in the cart. Straight from events and their context;
-- refresh stores what these say, and readers ask them for what is not refreshed yet.

-- What tells one order from another: its id, or that of an event that names none.
create function metrics.order_key(order_id text, event_id uuid) returns text
language sql immutable parallel safe as $$ select coalesce(metrics.known_id($1), $2::text) $$;

-- The checkout_complete events with this key. The earliest is the order; the others are repeats: a
-- reloaded page, a second tab, a retry.
create function metrics.events_of_order(order_key text) returns setof public.clickstream_events
language sql stable parallel safe as $$
    select e.*
      from context.orders o
     cross join lateral (select * from public.clickstream_events e where e.event_id = o.event_id offset 0) e
     where o.order_id = $1 and e.event_name = 'checkout_complete'
     union all
    select e.*
      from public.clickstream_events e
     where e.event_id = case when $1 ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then $1::uuid end
       and e.event_name = 'checkout_complete'
       and not exists (select from context.orders o where o.event_id = e.event_id and metrics.known_id(o.order_id) is not null)
$$;

-- The checkouts (checkout_start and checkout_complete) of these sessions, and these that belong to no
-- session: a row for each product that one is about, or one row without a product.
-- A repeat has no items, no units and no amount.
create function metrics.checkouts(session_ids text[], event_ids uuid[])
returns table (
    event_id uuid, event_timestamp timestamptz, session_id text,
    is_order boolean, amount numeric, units bigint, is_inferred boolean,
    product_key text, product_id text, product_name text, category text, brand text,
    quantity bigint, revenue numeric)
language sql stable as $$
      with seen as materialized (
        select s.id as session_id, 's ' || s.id as visit, e.event_id, e.event_timestamp, e.event_name,
               e.context_product_id, e.context_product_name, e.context_product_category, e.context_product_brand,
               e.context_product_price, e.context_product_discount_price
          from unnest($1) s (id)
         -- One row. The planner estimates ten rows for the array; this makes it a thousand times as many, so
         -- that it does not compare each checkout with each move of all sessions.
         cross join generate_series(1, least(cardinality($1), 1))
         cross join lateral (
             select * from public.clickstream_events e where e.session_id = s.id and e.session_id <> '' offset 0) e
         where e.context_product_id <> '' or e.context_product_name <> '' or e.event_name in ('checkout_start', 'checkout_complete')
         union all
        select null, 'e ' || i.id, e.event_id, e.event_timestamp, e.event_name,
               e.context_product_id, e.context_product_name, e.context_product_category, e.context_product_brand,
               e.context_product_price, e.context_product_discount_price
          from unnest($2) i (id)
         cross join lateral (select * from public.clickstream_events e where e.event_id = i.id offset 0) e
    ),
    named_orders as materialized (
        select s.event_id, s.event_name, c.total, metrics.order_key(c.order_id, s.event_id) as order_key
          from seen s
          left join lateral (select * from context.orders c where c.event_id = s.event_id offset 0) c on true
         where s.event_name in ('checkout_start', 'checkout_complete')
    ),
    -- The events of an order are read once, however many repeats there are.
    orders as materialized (
        select o.event_id, o.total as named_total, o.event_name = 'checkout_complete' and o.event_id = f.event_id as is_order
          from named_orders o
          left join (select k.order_key, e.event_id
                       from (select distinct order_key from named_orders where event_name = 'checkout_complete') k
                      cross join lateral (select event_id from metrics.events_of_order(k.order_key) order by event_timestamp, event_id limit 1) e) f using (order_key)
    ),
    -- A cart begins anew after each order: `cart_no` counts the orders before an event.
    steps as materialized (
        select s.*, o.is_order, o.named_total, c.quantity,
               case when s.event_name <> 'category_view'
                    then metrics.product_key(s.context_product_id, s.context_product_name) end as product_key,
               metrics.effective_price(s.context_product_price, s.context_product_discount_price) as price,
               count(*) filter (where o.is_order) over before as cart_no,
               count(o.event_id) over before as checkouts_before
          from seen s
          left join orders o on o.event_id = s.event_id
          left join lateral (
              select quantity from context.events c
               where s.event_name in ('add_to_cart_click', 'remove_from_cart_click', 'checkout_start', 'checkout_complete')
                 and c.event_id = s.event_id offset 0) c on true
        window before as (partition by s.visit order by s.event_timestamp, s.event_id rows between unbounded preceding and 1 preceding)
    ),
    -- What a product cost when the session saw it last.
    prices as materialized (
        select distinct on (visit, product_key) visit, product_key, price
          from steps
         where product_key is not null and price is not null
         order by visit, product_key, event_timestamp desc, event_id desc
    ),
    named as materialized (
        select n.event_id, n.product_key,
               (array_agg(n.product_id order by n.item_no))[1] as product_id,
               (array_agg(n.product_name order by n.item_no))[1] as product_name,
               (array_agg(n.category order by n.item_no))[1] as category,
               (array_agg(n.brand order by n.item_no))[1] as brand,
               sum(coalesce(n.quantity, 1)) as quantity,
               sum(coalesce(n.quantity, 1) * coalesce(metrics.effective_price(n.price, n.discount_price), p.price)::numeric) as revenue
          from (select s.visit, i.*, metrics.product_key(i.product_id, i.product_name) as product_key
                  from steps s
                 cross join lateral (select * from context.items i where i.event_id = s.event_id offset 0) i
                 where s.is_order) n
          left join prices p on p.visit = n.visit and p.product_key = n.product_key
         where n.product_key is not null
         group by n.event_id, n.product_key
    ),
    own as (
        select s.event_id, s.product_key, s.context_product_id, s.context_product_name, s.context_product_category, s.context_product_brand,
               coalesce(s.quantity, 1)::bigint as quantity, coalesce(s.quantity, 1) * coalesce(s.price, p.price)::numeric as revenue
          from steps s
          left join prices p on p.visit = s.visit and p.product_key = s.product_key
         where s.product_key is not null
           and (s.event_name = 'checkout_start' or s.is_order and s.event_id not in (select event_id from named))
    ),
    -- How much of a product is in a cart: what was put in less what was taken out, never below nothing.
    -- That is the last sum less the lowest one. A removal that names no quantity takes all of it.
    -- Of a robot's many checkouts only the first fifty have a cart.
    moves as (
        select c.event_id as checkout_id, m.*,
               sum(m.change) over (partition by c.event_id, m.product_key order by m.event_timestamp, m.event_id) as balance
          from steps c
          join (select s.*, case s.event_name when 'add_to_cart_click' then coalesce(quantity, 1) else -coalesce(quantity, 1000000000) end::bigint as change
                  from steps s
                 where s.event_name in ('add_to_cart_click', 'remove_from_cart_click') and s.product_key is not null) m
            on m.visit = c.visit and m.cart_no = c.cart_no
           and (m.event_timestamp, m.event_id) < (c.event_timestamp, c.event_id)
         where (c.event_name = 'checkout_start' or c.is_order)
           and c.checkouts_before < 50
           and c.product_key is null
           and c.event_id not in (select event_id from named)
    ),
    carts as (
        select m.checkout_id, m.visit, m.product_key,
               sum(m.change) - least(0, min(m.balance)) as quantity,
               (array_agg(m.event_id order by m.event_timestamp desc, m.event_id desc) filter (where m.change > 0))[1] as last_add,
               (array_agg(m.price order by m.event_timestamp desc, m.event_id desc) filter (where m.change > 0 and m.price is not null))[1] as price
          from moves m
         group by m.checkout_id, m.visit, m.product_key
        having sum(m.change) - least(0, min(m.balance)) > 0
    ),
    items as materialized (
        select n.*, false as is_cart from named n
         union all
        select o.*, false from own o
         union all
        select c.checkout_id, c.product_key, a.context_product_id, a.context_product_name, a.context_product_category, a.context_product_brand,
               c.quantity::bigint, c.quantity * coalesce(c.price, p.price)::numeric, true
          from carts c
          join steps a on a.event_id = c.last_add
          left join prices p on p.visit = c.visit and p.product_key = c.product_key
    )
    select s.event_id, s.event_timestamp, s.session_id, s.is_order,
           case when s.is_order then coalesce(s.named_total, t.revenue) end,
           case when s.is_order then coalesce(t.units, 0) end::bigint,
           s.is_order and coalesce(t.is_cart, false),
           i.product_key, metrics.known_id(i.product_id), nullif(i.product_name, ''), nullif(i.category, ''), nullif(i.brand, ''), i.quantity, i.revenue
      from steps s
      left join items i on i.event_id = s.event_id
      left join (select event_id, sum(quantity) as units, sum(revenue) as revenue, bool_or(is_cart) as is_cart from items group by 1) t
             on t.event_id = s.event_id
     where s.is_order is not null
$$;
