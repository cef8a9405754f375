-- Moves the rows of claimed objects ($1, their numbers) into the warehouse. An
-- event that is known already stays as it is: the first load wins. Answers with
-- how many rows of each object were new.
with fresh as (
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
        on conflict (event_id) do nothing
    returning event_id
)
select i.object_no, count(*) as inserted
  from fresh f
  join pg_temp.incoming i on i.event_id = f.event_id
 group by i.object_no
