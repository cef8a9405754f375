-- Moves the rows of claimed objects ($1, their numbers) into the warehouse. An
-- event that is known already stays as it is: the first load wins.
--
-- Asking first and inserting plainly costs much less than `on conflict`; whoever
-- else inserts the same id meanwhile makes this fail as a unique violation, and
-- the chunk is loaded again. `offset 0` keeps the question a look into the index
-- for each row, however large the table, because the planner knows nothing of
-- `incoming`. All are asked before the first row goes in: a table that was small
-- when this was planned is read as a whole for each, and would grow meanwhile.
with known as materialized (
    select i.event_id
      from pg_temp.incoming i
     where i.object_no = any ($1::integer[])
       and exists (select from public.clickstream_events e where e.event_id = i.event_id offset 0)
)
insert into public.clickstream_events
       (event_id, event_timestamp, event_name, user_id, user_login_state, identity_source,
        client_id, session_id, is_first_visit, context_product_id, context_product_name,
        context_product_category, context_product_brand, context_product_price,
        context_product_discount_price, context_product_url_path)
select i.event_id, i.event_timestamp, i.event_name, i.user_id, i.user_login_state, i.identity_source,
       i.client_id, i.session_id, i.is_first_visit, i.context_product_id, i.context_product_name,
       i.context_product_category, i.context_product_brand, i.context_product_price,
       i.context_product_discount_price, i.context_product_url_path
  from pg_temp.incoming i
 where i.object_no = any ($1::integer[])
   and i.event_id not in (select k.event_id from known k)
