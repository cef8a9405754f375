-- What is taken out of the warehouse and stays out, and what readers may not hold up.

-- Which process of the server a run belongs to; runs used to hold a lock that everybody could take.
alter table etl.runs add column backend_pid integer, add column backend_since timestamptz;

-- Whose events do not count, until an operator takes that back. A network is written as cidr prints it.
create table etl.exclusions (
    kind        text not null check (kind in ('client', 'session', 'user', 'network', 'event')),
    value       text not null,
    network     cidr generated always as (case when kind = 'network' then value::cidr end) stored,
    reason      text,
    since       timestamptz not null default now(),
    excluded_by text not null default session_user,
    primary key (kind, value)
);
create index exclusions_network_idx on etl.exclusions using gist (network inet_ops) where kind = 'network';

-- The events of these, whole, so that they can be put back. `network`: the address that a raw file gives.
-- Every event that was ever inserted is here, in public.clickstream_events, or erased:
-- baseline + sum(inserted) = count(events) + count(excluded_events) + sum(erasures.events).
create table etl.excluded_events (
    event_id    uuid primary key,
    network     inet,
    excluded_at timestamptz not null default now(),
    event       jsonb not null,     -- its row
    context     jsonb,              -- its rows of schema context: one, one, an array, one
    order_said  jsonb,
    items       jsonb,
    search      jsonb
);

-- People who were erased. What comes of them later, from a late file or a backup, is left out. Not their
-- ids: with the salt at hand an id can be recognised, but not read.
create table etl.erasures (
    kind      text not null check (kind in ('client', 'user', 'session')),
    digest    bytea not null,
    salt      bytea not null,
    erased_at timestamptz not null default now(),
    events    bigint not null default 0,
    primary key (kind, digest)
);

create function etl.erasure_digest(salt bytea, kind text, id text) returns bytea
language sql immutable parallel safe as $$
    select sha256(salt || convert_to(kind || ':' || id, 'UTF8'))
$$;

-- Moves these events out of the warehouse; how many there were. The trigger on events logs what they
-- counted for, and takes their context along.
create function etl.take_out_events(ids uuid[], networks inet[]) returns bigint
language sql as $$
    with wanted as materialized (
        select w.id, min(w.network) as network from unnest(ids, networks) w (id, network) group by w.id
    ),
    known as (
        update etl.excluded_events x set network = w.network
          from wanted w where x.event_id = w.id and x.network is null and w.network is not null
    ),
    gone as (
        delete from public.clickstream_events e using wanted w where e.event_id = w.id returning e.event_id, w.network, to_jsonb(e) as event
    ),
    kept as (
        insert into etl.excluded_events (event_id, network, event, context, order_said, items, search)
        select g.event_id, g.network, g.event,
               (select to_jsonb(c) from context.events c where c.event_id = g.event_id),
               (select to_jsonb(o) from context.orders o where o.event_id = g.event_id),
               (select jsonb_agg(i order by i.item_no) from context.items i where i.event_id = g.event_id),
               (select to_jsonb(s) from context.searches s where s.event_id = g.event_id)
          from gone g
            on conflict do nothing
    )
    select count(*) from gone
$$;

-- Moves the events of exclusions out of the warehouse: of one, or of all (NULL, NULL). Those of a network
-- only raw files tell.
create function etl.take_out(only_kind text, only_value text) returns bigint
language sql security definer set search_path = pg_catalog, pg_temp as $$
    with wanted as materialized (
        select kind, value from etl.exclusions
         where (only_kind is null or kind = only_kind) and (only_value is null or value = only_value)
    )
    select etl.take_out_events(
        coalesce((select array_agg(e.event_id)
                    from public.clickstream_events e
                   where e.client_id in (select value from wanted where kind = 'client')
                      or e.session_id in (select value from wanted where kind = 'session')
                      or e.user_id in (select value from wanted where kind = 'user')
                      or e.event_id in (select value::uuid from wanted where kind = 'event')), '{}'),
        '{}')
$$;

-- Moves back what no exclusion names any more; how many events that is.
create function etl.put_back() returns bigint
language sql security definer set search_path = pg_catalog, pg_temp as $$
    with ids as (
        select x.event_id, k.kind, k.id
          from etl.excluded_events x
         cross join lateral (
             values ('client', x.event ->> 'client_id'), ('session', x.event ->> 'session_id'), ('user', x.event ->> 'user_id'), ('event', x.event_id::text)
         ) as k (kind, id)
    ),
    named as materialized (
        select i.event_id from ids i join etl.exclusions x on x.kind = i.kind and x.value = i.id
         union all
        select e.event_id from etl.excluded_events e join etl.exclusions x on x.kind = 'network' and x.network >>= e.network
    ),
    back as (
        delete from etl.excluded_events x where x.event_id not in (select event_id from named) returning *
    ),
    context as (
        insert into context.events
        select r.* from back b, jsonb_populate_record(null::context.events, b.context) r where b.context is not null
            on conflict do nothing
    ),
    orders as (
        insert into context.orders
        select r.* from back b, jsonb_populate_record(null::context.orders, b.order_said) r where b.order_said is not null
            on conflict do nothing
    ),
    items as (
        insert into context.items
        select r.* from back b, jsonb_populate_recordset(null::context.items, b.items) r where b.items is not null
            on conflict do nothing
    ),
    searches as (
        insert into context.searches
        select r.* from back b, jsonb_populate_record(null::context.searches, b.search) r where b.search is not null
            on conflict do nothing
    ),
    events as (
        insert into public.clickstream_events
        select r.* from back b, jsonb_populate_record(null::public.clickstream_events, b.event) r
            on conflict (event_id) do nothing
        returning event_id
    )
    select count(*) from events
$$;

-- Deletes the events of erased people, from the warehouse and from what is excluded, and what else names
-- these people; how many events that is. Their hours are logged, and right again after a refresh.
create function etl.take_out_erased() returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    clients text[];
    sessions text[];
    users text[];
    other_clients text[];
    other_users text[];
    erased bigint;
    excluded bigint;
begin
    if not exists (select from etl.erasures) then
        return 0;
    end if;
    -- A refresh must not give a person a number that is being taken away.
    lock table rollups.turn in exclusive mode;
    select array_agg(i.id) filter (where i.kind = 'client'), array_agg(i.id) filter (where i.kind = 'session'), array_agg(i.id) filter (where i.kind = 'user')
      into clients, sessions, users
      from (select distinct 'client' as kind, client_id as id from public.clickstream_events where client_id <> ''
             union select distinct 'session', session_id from public.clickstream_events where session_id <> ''
             union select distinct 'user', user_id from public.clickstream_events where user_id <> ''
             union select distinct k.kind, x.event ->> (k.kind || '_id') from etl.excluded_events x cross join (values ('client'), ('session'), ('user')) k (kind)
             union select case kind when 'c' then 'client' else 'user' end, key from rollups.people) i
     cross join (select distinct salt from etl.erasures) s
      join etl.erasures e on e.kind = i.kind and e.digest = etl.erasure_digest(s.salt, i.kind, i.id);

    with gone as (
        delete from public.clickstream_events where client_id = any (clients) or session_id = any (sessions) or user_id = any (users)
        returning client_id, user_id
    )
    select count(*), array_agg(distinct client_id) filter (where client_id <> ''), array_agg(distinct user_id) filter (where user_id <> '')
      into erased, other_clients, other_users
      from gone;
    delete from etl.excluded_events
     where event ->> 'client_id' = any (clients) or event ->> 'session_id' = any (sessions) or event ->> 'user_id' = any (users);
    get diagnostics excluded = row_count;
    -- Also those of whom nothing is left.
    delete from rollups.people p
     where p.kind = 'c' and (p.key = any (clients)
                             or p.key = any (other_clients) and p.key not in (select client_id from public.clickstream_events where client_id = any (other_clients)))
        or p.kind = 'u' and (p.key = any (users)
                             or p.key = any (other_users) and p.key not in (select user_id from public.clickstream_events where user_id = any (other_users)));
    delete from etl.exclusions
     where kind = 'client' and value = any (clients) or kind = 'session' and value = any (sessions) or kind = 'user' and value = any (users);
    -- One row carries the count, so that the sum over all is right.
    update etl.erasures set events = events + erased + excluded
     where (kind, digest) = (select kind, digest from etl.erasures order by erased_at desc, kind, digest limit 1);
    return erased + excluded;
end
$$;

-- Ends readers whose transaction has been open for longer. They may lift their own limits, so these are no
-- bound; an open transaction keeps the server from cleaning up. How many were ended.
create function etl.end_long_readers(longest interval) returns bigint
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select count(*) filter (where pg_terminate_backend(a.pid))
      from pg_stat_activity a
     where a.usename = 'sbw_reader'
       and a.datname = current_database()
       and a.xact_start < clock_timestamp() - longest
$$;

-- Prices and totals above 100,000,000,000 are none. They were loaded before there was a limit. Triggers
-- log the events; what else says them is logged here.
do $$
declare
    limit_vnd constant bigint := 100000000000;
    changed uuid[];
begin
    update public.clickstream_events
       set context_product_price = case when context_product_price <= limit_vnd then context_product_price end,
           context_product_discount_price = case when context_product_discount_price <= limit_vnd then context_product_discount_price end
     where context_product_price > limit_vnd or context_product_discount_price > limit_vnd;
    with orders as (
        update context.orders set total = null where total > limit_vnd returning event_id
    ),
    items as (
        update context.items
           set price = case when price <= limit_vnd then price end,
               discount_price = case when discount_price <= limit_vnd then discount_price end,
               quantity = case when quantity * greatest(price, discount_price)::numeric <= limit_vnd then quantity end
         where greatest(price, discount_price) > limit_vnd
            or quantity * greatest(price, discount_price)::numeric > limit_vnd
        returning event_id
    )
    select array_agg(event_id) into changed from (select event_id from orders union select event_id from items) c;
    if changed is not null and to_regprocedure('rollups.log_events(uuid[])') is not null then
        perform rollups.log_events(changed);
    end if;
end
$$;
