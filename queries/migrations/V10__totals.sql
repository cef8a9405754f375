-- The numbers of the overview, from rollups where there are some for the filter.

-- What each caller did in the parts of a range that stick out of its whole hours. Where it
-- is known without their events who was about, what all together did beside five minutes.
create type rollups.caller as (
    client_id text, user_id text, events bigint, carts bigint, starts bigint, completes bigint, priced bigint, revenue numeric);

create function rollups.callers_beside(
    from_time timestamptz, to_time timestamptz, login text, category text, brand text, product text
) returns rollups.caller[]
language plpgsql stable
set plan_cache_mode = force_generic_plan set enable_sort = off
as $$
declare
    is_known constant boolean := rollups.knows_people(from_time, to_time, rollups.scope_of(category, brand, product));
begin
    return array(
        select row(k.client_id, k.user_id, count(*),
                   count(*) filter (where k.event_name = 'add_to_cart_click'),
                   count(*) filter (where k.event_name = 'checkout_start'),
                   count(*) filter (where k.event_name = 'checkout_complete'),
                   count(p.price), sum(p.price))::rollups.caller
          from (select case when not is_known then b.client_id end as client_id,
                       case when not is_known then b.user_id end as user_id,
                       b.event_name, b.context_product_price, b.context_product_discount_price
                  from rollups.kept_beside($1, $2, $3, $4, $5, $6, null, is_known) b) k
         cross join lateral (
             select case when k.event_name = 'checkout_complete'
                         then metrics.effective_price(k.context_product_price, k.context_product_discount_price)
                     end as price) p
         group by k.client_id, k.user_id);
end
$$;

-- Whether hours say who was about in the parts of a range beside its whole hours: of
-- everything, where such a part is an hour's beginning or end.
create function rollups.knows_people(from_time timestamptz, to_time timestamptz, scope integer) returns boolean
language sql stable
as $$ select coalesce($3 = 0 and c.h1 < c.h2, false) from rollups.cut($1, $2) c $$;

create function metrics.totals(
    from_time timestamptz, to_time timestamptz,
    login text, category text, brand text, product text, event text
) returns table (
    total_events bigint, unique_clients bigint, unique_users bigint, sessions bigint,
    add_to_cart_clicks bigint, checkout_starts bigint, checkout_completes bigint,
    priced_completes bigint, revenue numeric,
    converted_sessions bigint, carted_sessions bigint, abandoned_carts bigint)
language plpgsql stable
set plan_cache_mode = force_custom_plan
as $$
declare
    callers rollups.caller[];
begin
    if rollups.has(from_time, to_time, login, category, brand, product, event) then
        callers := rollups.callers_beside(from_time, to_time, login, category, brand, product);
        return query
        select e.events, p.clients, p.users, s.sessions, e.carts, e.starts, e.completes, e.priced, e.revenue,
               s.converted, s.carted, s.abandoned
          from rollups.event_totals(from_time, to_time, login, category, brand, product, callers) e,
               rollups.people_totals(from_time, to_time, login, category, brand, product, callers) p,
               rollups.session_outcomes(from_time, to_time, login, category, brand, product) s;
        return;
    end if;
    -- A session is mostly one client's and one user's, so these are few: whatever
    -- has to be sorted to be counted once is sorted here and not among the events.
    return query
      with visits as (
        select nullif(k.session_id, '') as session_id,
               nullif(k.client_id, '') as client_id,
               nullif(k.user_id, '') as user_id,
               count(*) as events,
               count(*) filter (where k.event_name = 'add_to_cart_click') as carts,
               count(*) filter (where k.event_name = 'checkout_start') as starts,
               count(*) filter (where k.event_name = 'checkout_complete') as completes,
               count(metrics.effective_price(k.context_product_price, k.context_product_discount_price))
                   filter (where k.event_name = 'checkout_complete') as priced,
               sum(metrics.effective_price(k.context_product_price, k.context_product_discount_price))
                   filter (where k.event_name = 'checkout_complete') as revenue
          from metrics.kept_events($1, $2, $3, $4, $5, $6, $7) k
         group by 1, 2, 3
    ),
    sums as (
        select sum(v.events)::bigint as events,
               count(distinct v.client_id) as clients,
               count(distinct v.user_id) as users,
               sum(v.carts)::bigint as carts,
               sum(v.starts)::bigint as starts,
               sum(v.completes)::bigint as completes,
               sum(v.priced)::bigint as priced,
               sum(v.revenue) as revenue
          from visits v
    ),
    sessions as (
        select sum(v.carts) > 0 as carted, sum(v.completes) > 0 as converted
          from visits v
         where v.session_id is not null
         group by v.session_id
    ),
    outcomes as (
        select count(*) as sessions,
               count(*) filter (where converted) as converted,
               count(*) filter (where carted) as carted,
               count(*) filter (where carted and not converted) as abandoned
          from sessions
    )
    select coalesce(s.events, 0), s.clients, s.users, o.sessions, coalesce(s.carts, 0), coalesce(s.starts, 0),
           coalesce(s.completes, 0), coalesce(s.priced, 0), coalesce(s.revenue, 0), o.converted, o.carted, o.abandoned
      from sums s, outcomes o;
end
$$;

create function rollups.event_totals(
    from_time timestamptz, to_time timestamptz, login text, category text, brand text, product text,
    callers rollups.caller[]
) returns table (events bigint, carts bigint, starts bigint, completes bigint, priced bigint, revenue numeric)
language plpgsql stable
-- One plan does for every range and filter.
set plan_cache_mode = force_generic_plan
as $$
declare
    asked constant integer := rollups.login_no(login);
    everything constant boolean := num_nonnulls(category, brand, product) = 0;
begin
    return query
      with slots as materialized (
        select *
          from rollups.slots_beside(
                   $1, $2, rollups.knows_people($1, $2, rollups.scope_of(category, brand, product)), asked)
    ),
    sums as (
        select case when w.word = 'add_to_cart_click' then c.events end as carts,
               case when w.word = 'checkout_start' then c.events end as starts,
               case when w.word = 'checkout_complete' then c.events end as completes,
               c.events, c.priced, c.revenue
          from (select e.name_no, sum(e.events) as events, sum(e.priced) as priced, sum(e.revenue) as revenue
                  from rollups.pieces($1, $2) p
                 cross join lateral (
                     select * from rollups.event_counts e
                      where e.grain = p.grain and e.bucket >= p.starts and e.bucket < p.ends
                     offset 0) e
                 where everything and (asked is null or e.login_no = asked)
                 group by 1
                 union all
                select n.name_no, sum(n.events), 0, 0
                  from (select unnest(s.names) as name_no, unnest(s.of_name) as events from slots s) n
                 group by 1
                 union all
                select null, 0, sum(s.priced), sum(s.revenue) from slots s) c
          left join rollups.words w on w.word_no = c.name_no
         union all
        select e.carts, e.starts, e.completes, e.events, e.priced, e.revenue
          from rollups.subject_sums($1, $2, asked, $4, $5, $6) e
         where not everything
         union all
        select k.carts, k.starts, k.completes, k.events, k.priced, k.revenue
          from unnest($7) k
    )
    select coalesce(sum(s.events), 0)::bigint, coalesce(sum(s.carts), 0)::bigint, coalesce(sum(s.starts), 0)::bigint,
           coalesce(sum(s.completes), 0)::bigint, coalesce(sum(s.priced), 0)::bigint, coalesce(sum(s.revenue), 0)
      from sums s;
end
$$;

-- Spans of closed days by the union of bits; from the hours beside them, from parts of
-- hours and from events, whoever is not in that union. One plan does for every range and filter.
create function rollups.people_totals(
    from_time timestamptz, to_time timestamptz, login text, category text, brand text, product text,
    callers rollups.caller[]
) returns table (clients bigint, users bigint)
language plpgsql stable
set plan_cache_mode = force_generic_plan set enable_mergejoin = off set enable_sort = off set work_mem = '64MB'
as $$
declare
    cut record := rollups.cut(from_time, to_time);
    asked constant integer := rollups.login_no(login);
    scope constant integer := rollups.scope_of(category, brand, product);
    is_known constant boolean := rollups.knows_people(from_time, to_time, scope);
begin
    return query
      with summed as materialized (
        select p.kind, p.block, bit_or(p.people) as people
          from rollups.spans($1, $2, scope, 'people') s
         cross join lateral (
             select * from rollups.people_spans p
              where p.scope_no = scope and p.hours = s.hours and p.starts = s.starts
             offset 0) p
         where p.login_no = asked or (asked is null and (p.login_no is null) = (scope = 0))
         group by 1, 2
    ),
    beside as (
        select k.kind, unnest(k.people) as person_no
          from rollups.hours_beside_spans($1, $2, scope, 'people') h
         cross join lateral (
             select * from rollups.scope_hours p
              where p.scope_no = scope and p.hour >= h.starts and p.hour < h.ends
             offset 0) p
         cross join lateral (values ('c'::"char", p.clients), ('u', p.users)) k (kind, people)
         where asked is null or p.login_no = asked
         union all
        select k.kind, n.person_no
          from (values (cut.h1 - interval '1 hour', from_time < cut.h1), (cut.h2, cut.h2 < to_time)) e (hour, is_cut)
         cross join lateral (
             select * from rollups.scope_hours p
              where p.scope_no = scope and p.hour = e.hour and is_known and e.is_cut
             offset 0) p
         cross join lateral (values ('c'::"char", p.clients, p.clients_from, p.clients_to),
                                    ('u', p.users, p.users_from, p.users_to)) k (kind, people, first_at, last_at)
         cross join lateral (
             select unnest(k.people) as person_no, unnest(k.first_at) as first_at, unnest(k.last_at) as last_at) n
         where n.last_at >= from_time and n.first_at < to_time
           and (asked is null or p.login_no = asked)
         union all
        select p.kind, p.person_no
          from unnest($7) k
         cross join lateral (values ('c'::"char", k.client_id), ('u', k.user_id)) named (kind, id)
         cross join lateral (
             select n.kind, n.person_no from rollups.people n where n.id = named.id and n.kind = named.kind offset 0) p
         where named.id <> ''
    ),
    counted as (
        select kind, sum(bit_count(people)) as people from summed group by 1
         union all
        select n.kind, count(*)
          from (select distinct b.kind, b.person_no
                  from beside b
                  left join summed s on s.kind = b.kind and s.block = b.person_no / 32768
                 where s.people is null or get_bit(s.people, b.person_no % 32768) = 0) n
         group by 1
    )
    select coalesce(sum(c.people) filter (where c.kind = 'c'), 0)::bigint,
           coalesce(sum(c.people) filter (where c.kind = 'u'), 0)::bigint
      from counted c;
end
$$;

create function rollups.session_totals(
    from_time timestamptz, to_time timestamptz, login text, category text, brand text, product text,
    beside rollups.session_sums[]
) returns table (sessions bigint, events bigint, carted bigint, converted bigint, abandoned bigint, bounces bigint,
                 new_sessions bigint, entered bigint)
language plpgsql stable
set plan_cache_mode = force_generic_plan
as $$
declare
    asked constant integer := rollups.login_no(login);
    scope constant integer := rollups.scope_of(category, brand, product);
begin
    return query
      with parts as (
        select s.sessions, s.events, s.carted, s.converted, s.abandoned, s.bounces, s.new_sessions, s.reached1 as entered
          from (select * from rollups.session_sums_by_day($1, $2, scope, asked)
                 union all
                select * from rollups.session_sums_by_hour($1, $2, scope, asked)) s
         union all
        select b.sign * b.sessions, b.sign * b.events, b.sign * b.carted, b.sign * b.converted,
               b.sign * b.abandoned, b.sign * b.bounces, b.sign * b.new_sessions, b.sign * b.reached1
          from unnest($7) b
    )
    select coalesce(sum(p.sessions), 0)::bigint, coalesce(sum(p.events), 0)::bigint, coalesce(sum(p.carted), 0)::bigint,
           coalesce(sum(p.converted), 0)::bigint, coalesce(sum(p.abandoned), 0)::bigint,
           coalesce(sum(p.bounces), 0)::bigint, coalesce(sum(p.new_sessions), 0)::bigint,
           coalesce(sum(p.entered), 0)::bigint
      from parts p;
end
$$;

-- Those of them that the overview tells. For these, most sessions that reach over an end need
-- not be looked through: they were there, and what one never did it did not do in the range.
create function rollups.session_outcomes(
    from_time timestamptz, to_time timestamptz, login text, category text, brand text, product text
) returns table (sessions bigint, carted bigint, converted bigint, abandoned bigint)
language plpgsql stable
set plan_cache_mode = force_generic_plan
as $$
declare
    cut constant record := rollups.cut(from_time, to_time);
    asked constant integer := rollups.login_no(login);
    least constant record := rollups.least_spans(from_time, to_time, 0);
begin
    if num_nonnulls(category, brand, product) > 0 then
        return query
        select t.sessions, t.carted, t.converted, t.abandoned
          from rollups.session_totals(
                   from_time, to_time, login, category, brand, product,
                   rollups.sessions_beside(from_time, to_time, login, category, brand, product)) t;
        return;
    end if;
    return query
      with over_ends as materialized (
        select s.*,
               s.is_carted or s.is_converted or (s.first_at < from_time and s.last_at >= to_time) as is_open_question
          from rollups.sessions_over_ends(from_time, to_time, asked, least.front, least.back) s
    ),
    parts as (
        select s.sessions, s.carted, s.converted, s.abandoned
          from (select * from rollups.session_sums_by_day(from_time, to_time, 0, asked)
                 union all
                select * from rollups.session_sums_by_hour(from_time, to_time, 0, asked)) s
         union all
        select c.sign * c.sessions, c.sign * c.carted, c.sign * c.converted, c.sign * c.abandoned
          from rollups.session_sums_of_cuts(from_time, to_time, 0, asked) c
         union all
        select sum(o.sign), sum(o.sign) filter (where o.is_carted), sum(o.sign) filter (where o.is_converted),
               sum(o.sign) filter (where o.is_carted and not o.is_converted)
          from (select 1 as sign, s.is_carted, s.is_converted from over_ends s where not s.is_open_question
                 union all
                select 1, f.is_carted, f.is_converted
                  from over_ends s
                 cross join lateral (
                     select bool_or(k.kind & 7 = 2) as is_carted, bool_or(k.kind & 7 = 4) as is_converted
                       from (select unnest(s.times) as at, unnest(s.kinds) as kind
                              union all
                             select * from rollups.events_of(s.session_id, from_time, to_time, login, null, null, null)
                              where s.times is null) k
                      where k.at >= from_time and k.at < to_time) f
                 where s.is_open_question
                   and f.is_carted is not null
                 union all
                -- Less what the sums say of them.
                select -1, s.is_carted, s.is_converted
                  from over_ends s
                 where s.first_at >= cut.h1 and s.first_at < cut.h2
                 union all
                select 1, b.is_carted, b.is_converted
                  from rollups.sessions_begun_beside(from_time, to_time, asked) b) o
    )
    select coalesce(sum(p.sessions), 0)::bigint, coalesce(sum(p.carted), 0)::bigint,
           coalesce(sum(p.converted), 0)::bigint, coalesce(sum(p.abandoned), 0)::bigint
      from parts p;
end
$$;
