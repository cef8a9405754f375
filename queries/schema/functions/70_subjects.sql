-- What events are about: products, their categories and brands.

-- How a question about subjects is answered. All of them are in the rollups, busy or not: only the login
-- state has to be one of theirs.
create function metrics.read_subjects(
    from_time timestamptz, to_time timestamptz, login text, category text, brand text, product text, event text
) returns metrics.reading
language plpgsql stable as $$
declare
    r metrics.reading := metrics.read($1, $2, $3, null, null, null, $7, '{168,24,6,1}', false);
begin
    r.category := category; r.brand := brand; r.product := product;
    return r;
end
$$;

-- Kept events by what they are about. `of`: product, category or brand. A checkout is one event of each
-- of the products, categories and brands that it is about. `last_at`: the latest of the counted events.
create function metrics.counts_by_subject(r metrics.reading, of text) returns table (
    product_key text, name text, last_at timestamptz,
    events numeric, product_views numeric, add_to_carts numeric, orders numeric, units numeric, revenue numeric)
language plpgsql stable as $$
#variable_conflict use_column
declare
    subject_kind constant "char" := case
        when of = 'product' or r.product is not null then 'p'
        when of = 'category' and r.brand is null then 'c'
        when of = 'brand' and r.category is null then 'b'
        else 'x' end;
begin
    return query
      with counted as (
        select c.subject_no, max(c.last_at) as last_at, sum(c.events) as events, sum(c.views) as views, sum(c.carts) as carts, sum(c.orders) as orders,
               sum(c.units) as units, sum(c.revenue) as revenue
          from unnest(r.pieces) p
         cross join lateral (
             select * from rollups.subject_counts c
              where c.hours = p.hours and c.bucket = p.bucket and c.kind = subject_kind
                and (c.login_no = r.login_no or r.login_no is null and (c.login_no = -1) = (p.hours > 1)) offset 0) c
         group by c.subject_no
    ),
    asked as (
        select case when of = 'product' then s.product_key end as product_key,
               case of when 'category' then s.category when 'brand' then s.brand end as name, c.*
          from counted c
          join rollups.subjects s on s.subject_no = c.subject_no
         where (r.category is null or s.category = r.category) and (r.brand is null or s.brand = r.brand) and (r.product is null or s.product_key = 'id ' || r.product)
    ),
    abouts as (
        select e.event_id, e.event_timestamp, e.event_name,
               case when e.event_name <> 'category_view' then metrics.product_key(e.context_product_id, e.context_product_name) end as product_key,
               coalesce(nullif(e.context_product_category, ''), case when e.event_name <> 'category_view' then 'UNKNOWN' end) as category,
               case when e.event_name <> 'category_view' then coalesce(nullif(e.context_product_brand, ''), 'UNKNOWN') end as brand,
               false as is_order, null::bigint as units, null::numeric as revenue
          from metrics.kept_events(r) e
         where e.event_name not in ('checkout_start', 'checkout_complete')
         union all
        select k.event_id, k.event_timestamp, e.event_name, k.product_key, coalesce(k.category, 'UNKNOWN'), coalesce(k.brand, 'UNKNOWN'), k.is_order,
               k.quantity, k.revenue
          from metrics.checkouts_in(r) k
         cross join lateral (
             select e.event_name from public.clickstream_events e
              where e.event_id = k.event_id and metrics.has_login(e.user_login_state, r.login) and (r.event is null or e.event_name = r.event) offset 0) e
         where k.product_key is not null
    ),
    named as (
        select a.event_id, a.event_timestamp, a.event_name, a.is_order,
               case when of = 'product' then a.product_key end as product_key, case of when 'category' then a.category when 'brand' then a.brand end as name,
               sum(a.units) as units, sum(a.revenue) as revenue
          from abouts a
         where a.product_key is not null or of = 'category' and a.event_name = 'category_view' and a.category is not null
         group by 1, 2, 3, 4, 5, 6
    )
    select s.product_key, s.name, max(s.last_at), sum(s.events), sum(s.views), sum(s.carts), sum(s.orders), sum(s.units), sum(s.revenue)
      from (select product_key, name, last_at, events, views, carts, orders, units, revenue from asked
             union all
            select product_key, name, max(event_timestamp), count(*), count(*) filter (where event_name = 'product_view'),
                   count(*) filter (where event_name = 'add_to_cart_click'), count(*) filter (where is_order),
                   coalesce(sum(units) filter (where is_order), 0), coalesce(sum(revenue) filter (where is_order), 0)
              from named group by 1, 2) s
     group by 1, 2;
end
$$;

-- What a product was called by the latest of its kept events, which were at this instant: the one with
-- the greatest id.
create function metrics.product_at(r metrics.reading, product_key text, at timestamptz)
returns table (product_id text, product_name text, product_category text, product_brand text)
language plpgsql stable as $$
#variable_conflict use_column
begin
    r.gaps := tstzmultirange(tstzrange($3, $3 + interval '1 microsecond'));
    r.dirty := r.dirty * r.gaps;
    return query
    select a.product_id, coalesce(nullif(a.name, ''), 'UNKNOWN'), coalesce(nullif(a.category, ''), 'UNKNOWN'), coalesce(nullif(a.brand, ''), 'UNKNOWN')
      from (select e.event_id, metrics.known_id(e.context_product_id) as product_id, e.context_product_name as name,
                   e.context_product_category as category, e.context_product_brand as brand
              from metrics.kept_events(r) e
             where e.event_name not in ('checkout_start', 'checkout_complete', 'category_view')
               and metrics.product_key(e.context_product_id, e.context_product_name) = $2
             union all
            select k.event_id, k.product_id, k.product_name, k.category, k.brand
              from metrics.checkouts_in(r) k
             cross join lateral (
                 select from public.clickstream_events e
                  where e.event_id = k.event_id and metrics.has_login(e.user_login_state, r.login) and (r.event is null or e.event_name = r.event) offset 0) e
             where k.product_key = $2) a
     order by a.event_id desc
     limit 1;
end
$$;
