-- Keeps the counts in step with the events, whoever inserts them.

-- Writers take turns from before their first row: this is the loader's own lock,
-- so that it waits for nobody in here.
create function rollups.take_turn() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    perform pg_advisory_xact_lock(4823190017);
    return null;
end
$$;

create function rollups.add_counts() returns trigger
language plpgsql security definer
-- The planner knows nothing of `fresh` and would loop where it should hash.
set search_path = pg_catalog, pg_temp set enable_nestloop = off set jit = off
as $$
declare
    epoch constant timestamptz := 'epoch';
begin
    if not (select ready from rollups.state) then
        return null;
    end if;

    insert into rollups.words (word)
    select f.word
      from (select distinct word
              from (select distinct coalesce(user_login_state, '') as login, event_name from fresh) f
             cross join unnest(array[login, event_name]) as word) f
      left join rollups.words w using (word)
     where w.word_no is null;

    insert into rollups.subjects (product_id, name, category, brand)
    select f.*
      from (select distinct
                   coalesce(context_product_id, '') as product_id,
                   coalesce(context_product_name, '') as name,
                   coalesce(context_product_category, '') as category,
                   coalesce(context_product_brand, '') as brand
              from fresh) f
      left join rollups.subjects s using (product_id, name, category, brand)
     where s.subject_no is null
       and (f.product_id, f.name, f.category, f.brand) <> ('', '', '', '');

    with cells as materialized (
        select date_bin('1 hour', f.event_timestamp, epoch) as hour,
               l.word_no as login_no,
               n.word_no as name_no,
               f.event_name,
               s.subject_no,
               count(*) as events,
               count(*) filter (where p.price is not null) as priced,
               coalesce(sum(p.price), 0) as revenue,
               max(f.event_timestamp) as last_at
          from (select *,
                       coalesce(user_login_state, '') as login,
                       coalesce(context_product_id, '') as product_id,
                       coalesce(context_product_name, '') as name,
                       coalesce(context_product_category, '') as category,
                       coalesce(context_product_brand, '') as brand
                  from fresh
                 where rollups.in_calendar(event_timestamp)) f
          join rollups.words l on l.word = f.login
          join rollups.words n on n.word = f.event_name
          left join rollups.subjects s using (product_id, name, category, brand)
         cross join lateral (
             select case when f.event_name = 'checkout_complete'
                         then metrics.effective_price(f.context_product_price, f.context_product_discount_price)
                     end as price) p
         group by 1, 2, 3, 4, 5
    ),
    names as materialized (
        select hour, login_no, name_no, event_name,
               sum(events) as events, sum(priced) as priced, sum(revenue) as revenue
          from cells
         group by 1, 2, 3, 4
    ),
    subjects as materialized (
        select hour, login_no, subject_no,
               sum(events) as events,
               coalesce(sum(events) filter (where event_name = 'product_view'), 0) as product_views,
               coalesce(sum(events) filter (where event_name = 'add_to_cart_click'), 0) as carts,
               coalesce(sum(events) filter (where event_name = 'checkout_start'), 0) as starts,
               coalesce(sum(events) filter (where event_name = 'checkout_complete'), 0) as completes,
               sum(priced) as priced, sum(revenue) as revenue, max(last_at) as last_at
          from cells
         where subject_no is not null
         group by 1, 2, 3
    ),
    by_hour as (
        insert into rollups.hour_counts as t
        select hour, login_no, sum(events), coalesce(sum(events) filter (where event_name = 'checkout_complete'), 0)
          from names
         group by 1, 2
            on conflict (hour, login_no) do update
           set events = t.events + excluded.events, completes = t.completes + excluded.completes
    ),
    by_name as (
        insert into rollups.event_counts as t
        select 'h', hour, login_no, name_no, events, priced, revenue
          from names
         union all
        select 'd', date_bin('1 day', hour, epoch), login_no, name_no, sum(events), sum(priced), sum(revenue)
          from names
         group by 1, 2, 3, 4
            on conflict (grain, bucket, login_no, name_no) do update
           set events = t.events + excluded.events,
               priced = t.priced + excluded.priced,
               revenue = t.revenue + excluded.revenue
    ),
    by_subject_and_name as (
        insert into rollups.subject_events as t
        select subject_no, date_bin('1 day', hour, epoch), login_no, name_no, sum(events)
          from cells
         where subject_no is not null
         group by 1, 2, 3, 4
            on conflict (subject_no, day, login_no, name_no) do update
           set events = t.events + excluded.events
    )
    insert into rollups.subject_counts as t
    select 'h', subject_no, hour, login_no, events, product_views, carts, starts, completes, priced, revenue, last_at
      from subjects
     union all
    select 'd', subject_no, date_bin('1 day', hour, epoch), login_no, sum(events), sum(product_views), sum(carts),
           sum(starts), sum(completes), sum(priced), sum(revenue), max(last_at)
      from subjects
     group by 1, 2, 3, 4
        on conflict (grain, subject_no, bucket, login_no) do update
       set events = t.events + excluded.events,
           product_views = t.product_views + excluded.product_views,
           carts = t.carts + excluded.carts,
           starts = t.starts + excluded.starts,
           completes = t.completes + excluded.completes,
           priced = t.priced + excluded.priced,
           revenue = t.revenue + excluded.revenue,
           last_at = greatest(t.last_at, excluded.last_at);
    return null;
end
$$;
