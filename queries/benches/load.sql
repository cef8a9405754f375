-- Loads what is in pg_temp.incoming, as the loader does: the context of the events, then the events.
begin;
insert into context.events (event_id, page_no, origin_no, agent_no)
select event_id, 1, 1, 1 from pg_temp.incoming;
insert into context.orders (event_id, order_id) select event_id, order_id from pg_temp.incoming where order_id is not null;
insert into public.clickstream_events (
    event_id, event_timestamp, event_name, user_login_state, identity_source, client_id, session_id, is_first_visit,
    context_product_id, context_product_name, context_product_category, context_product_brand, context_product_price)
select event_id, at, event_name, login, 'anonymous', client_id, session_id, false, product_id, product_name,
       case when product_name is not null then 'keyboard' end, case when product_name is not null then 'AULA' end,
       case when product_name is not null then 1990000 end
  from pg_temp.incoming;
commit
