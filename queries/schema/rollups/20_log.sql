-- The log of what changed: appended by triggers, taken by refresh. Loaders never wait for it.

-- Logs the orders that these checkouts may take the place of, or leave their place to: of all other
-- events with the same order id, the earliest.
create function rollups.log_orders(event_ids uuid[]) returns void
language sql as $$
    insert into rollups.stale
    select metrics.bucket_of(1::smallint, e.event_timestamp), metrics.known_id(e.session_id)
      from (select distinct metrics.order_key(c.order_id, i.id) as order_key
              from unnest($1) i (id)
              left join context.orders c on c.event_id = i.id) k
     cross join lateral (
         select * from metrics.events_of_order(k.order_key) e where e.event_id not in (select unnest($1)) order by e.event_timestamp, e.event_id limit 1) e
     where metrics.in_calendar(e.event_timestamp)
$$;

create function rollups.log_changes() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into rollups.stale
    select distinct metrics.bucket_of(1::smallint, event_timestamp), metrics.known_id(session_id)
      from changed where metrics.in_calendar(event_timestamp);
    perform rollups.log_orders(ids)
       from (select array_agg(event_id) as ids from changed where event_name = 'checkout_complete') c
      where ids is not null;
    if tg_op = 'DELETE' then
        delete from context.events c using changed e where c.event_id = e.event_id;
        delete from context.items c using changed e where c.event_id = e.event_id;
        delete from context.orders c using changed e where c.event_id = e.event_id;
        delete from context.searches c using changed e where c.event_id = e.event_id;
    end if;
    return null;
end
$$;

-- A truncated table has nothing to be counted.
create function rollups.log_truncate() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    truncate context.events, context.orders, context.items, context.searches;
    perform rollups.begin_rebuild();
    return null;
end
$$;

create trigger rollups_insert after insert on public.clickstream_events
    referencing new table as changed for each statement execute function rollups.log_changes();
create trigger rollups_delete after delete on public.clickstream_events
    referencing old table as changed for each statement execute function rollups.log_changes();
create trigger rollups_update_old after update on public.clickstream_events
    referencing old table as changed for each statement execute function rollups.log_changes();
create trigger rollups_update_new after update on public.clickstream_events
    referencing new table as changed for each statement execute function rollups.log_changes();
create trigger rollups_truncate after truncate on public.clickstream_events
    for each statement execute function rollups.log_truncate();

-- Also under session_replication_role = replica, as restores write. Logical replication fires no
-- statement triggers: find_unlogged finds its rows.
create function rollups.enable_triggers() returns void
language sql as $$
    alter table public.clickstream_events
        enable always trigger rollups_insert, enable always trigger rollups_delete, enable always trigger rollups_update_old,
        enable always trigger rollups_update_new, enable always trigger rollups_truncate
$$;
select rollups.enable_triggers();

-- Logs events whose context was filled in later.
create function rollups.log_events(ids uuid[]) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into rollups.stale
    select distinct metrics.bucket_of(1::smallint, event_timestamp), metrics.known_id(session_id)
      from public.clickstream_events
     where event_id = any ($1) and metrics.in_calendar(event_timestamp);
    select rollups.log_orders($1);
$$;
