-- How a range is answered: buckets of the rollups where they are right, and the events of the rest.

-- A bucket that is read from rollups.
create type metrics.piece as (hours smallint, bucket timestamptz);

-- An event that a filter keeps. `amount` and `units`: of an order, what the filter keeps of it.
create type metrics.kept as (
    event_id uuid, event_timestamp timestamptz, event_name text, login_no smallint, client_id text, user_id text, session_id text,
    is_first_visit boolean, is_product boolean,
    context_product_id text, context_product_name text, context_product_category text, context_product_brand text,
    is_order boolean, amount numeric, units bigint, is_inferred boolean);

-- How one question is answered.
--   segment_no  the segment that it asks for; NULL: none, all is read from events
--   login_no    the login state that it asks for; NULL: all
--   pieces      buckets that are read from rollups, which are the ranges in `covered`
--   gaps        ranges that are read from events
--   dirty       the part of the gaps of which the rollups know nothing, or not the latest
--   stale       sessions that changed and are not refreshed
--   long_ids    ids that too many events carry to be sessions
--   kept        the kept events of the gaps, where they are few and asked for several times
create type metrics.reading as (
    from_time timestamptz, to_time timestamptz, login text, category text, brand text, product text, event text,
    segment_no integer, login_no smallint, pieces metrics.piece[], covered tstzmultirange, gaps tstzmultirange, dirty tstzmultirange,
    stale text[], long_ids text[], kept metrics.kept[]);

-- The rows of the rollups that a filter asks for; no segment where there are none. `by_name`: the
-- question counts events only, which are also kept by name.
create function metrics.segment_of(
    login text, category text, brand text, product text, event text, by_name boolean, out segment_no integer, out login_no smallint)
language plpgsql stable as $$
begin
    login_no := metrics.asked_login_no(login);
    if login is not null and login_no is null or event is not null and not by_name or num_nonnulls(category, brand, product) > 1 then
        return;
    end if;
    segment_no := (select s.segment_no from rollups.segments s
                    where s.kind = case when category is not null then 'c' when brand is not null then 'b' when product is not null then 'p' else 'a' end::"char"
                      and s.value = coalesce(category, brand, product, ''));
end
$$;

-- Whether too many events carry an id for it to be a session.
create function metrics.is_long(session_id text, max_events integer) returns boolean
language sql stable as $$
    select count(*) > $2 from (select from public.clickstream_events e where e.session_id = $1 and e.session_id <> '' limit $2 + 1) e
$$;

-- Decides how a question is answered. `widths`: the buckets that may be used, the widest first.
create function metrics.read(
    from_time timestamptz, to_time timestamptz, login text, category text, brand text, product text, event text,
    widths smallint[], by_name boolean
) returns metrics.reading
language plpgsql stable as $$
declare
    r metrics.reading;
    max_stale constant integer := (select s.max_stale from rollups.settings s);
    max_events constant integer := (select s.session_events from rollups.settings s);
    width smallint;
    found_pieces metrics.piece[];
    found_ranges tstzmultirange;
    changed tstzmultirange;
begin
    r.from_time := from_time; r.to_time := greatest(from_time, to_time);
    r.login := login; r.category := category; r.brand := brand; r.product := product; r.event := event;
    select * into r.segment_no, r.login_no from metrics.segment_of(login, category, brand, product, event, by_name);
    r.gaps := tstzmultirange(tstzrange(r.from_time, r.to_time));
    r.pieces := '{}';
    r.covered := '{}';
    r.stale := array(select distinct session_id from rollups.stale where session_id is not null limit max_stale + 1);
    if cardinality(r.stale) > max_stale then
        -- Too many to look up one by one: all is read from events.
        r.segment_no := null;
        r.stale := '{}';
        r.long_ids := '{}';
        changed := tstzmultirange(tstzrange('-infinity', 'infinity'));
    else
        r.long_ids := array(
            select l.session_id from rollups.long_sessions l where l.session_id <> all (r.stale)
             union all
            select i.id from unnest(r.stale) i (id) where metrics.is_long(i.id, max_events));
        -- Hours in which events changed, in which changed sessions began, and of their checkouts.
        changed := (
            select range_agg(tstzrange(h.hour, h.hour + interval '1 hour'))
              from (select hour from rollups.stale
                     union
                    select metrics.bucket_of(1::smallint, o.first_at)
                      from unnest(r.stale) i (id) cross join lateral (select first_at from rollups.sessions o where o.session_id = i.id offset 0) o
                     where metrics.in_calendar(o.first_at)
                     union
                    select metrics.bucket_of(1::smallint, o.event_timestamp)
                      from unnest(r.stale) i (id) cross join lateral (select event_timestamp from rollups.checkouts o where o.session_id = i.id offset 0) o
                     union
                    select metrics.bucket_of(1::smallint, e.event_timestamp)
                      from unnest(r.stale) i (id)
                     cross join lateral (select * from public.clickstream_events e where e.session_id = i.id and e.session_id <> '' offset 0) e
                     where i.id <> all (r.long_ids) and e.event_name in ('checkout_start', 'checkout_complete') and metrics.in_calendar(e.event_timestamp)) h);
    end if;
    changed := coalesce(changed, '{}');

    if r.segment_no is not null then
        foreach width in array widths loop
            select array_agg((width, f.bucket)::metrics.piece), range_agg(tstzrange(f.bucket, f.bucket + make_interval(hours => width)))
              into found_pieces, found_ranges
              from unnest(r.gaps - changed) g
             cross join lateral (
                 select * from rollups.filled f
                  where f.hours = width and f.bucket >= lower(g) and f.bucket + make_interval(hours => width) <= upper(g) offset 0) f
             where f.segments >= r.segment_no;
            r.pieces := r.pieces || coalesce(found_pieces, '{}');
            r.covered := r.covered + coalesce(found_ranges, '{}');
            r.gaps := r.gaps - coalesce(found_ranges, '{}');
        end loop;
    end if;
    r.dirty := r.gaps - (coalesce((
        select range_agg(tstzrange(f.bucket, f.bucket + interval '1 hour'))
          from unnest(r.gaps) g
         cross join lateral (
             select * from rollups.filled f
              where f.hours = 1 and f.bucket > lower(g) - interval '1 hour' and f.bucket < upper(g) offset 0) f), '{}') - changed);
    r.long_ids := r.long_ids || array(
        select i.id
          from (select distinct e.session_id as id
                  from unnest(r.dirty) g
                 cross join lateral (
                     select session_id from public.clickstream_events e where e.event_timestamp >= lower(g) and e.event_timestamp < upper(g) offset 0) e
                 where metrics.known_id(e.session_id) is not null) i
         where i.id not in (select unnest(r.stale)) and metrics.is_long(i.id, max_events));
    return r;
end
$$;

-- The checkouts in what is read from events that are about what the filter asks for: stored, or
-- selected now where that is dirty. A row for each item, as metrics.checkouts has them.
create function metrics.checkouts_in(r metrics.reading) returns table (
    event_id uuid, event_timestamp timestamptz, is_order boolean, amount numeric, units bigint, is_inferred boolean,
    product_key text, product_id text, product_name text, category text, brand text, quantity bigint, revenue numeric)
language plpgsql stable as $$
#variable_conflict use_column
declare
    everything constant boolean := num_nonnulls(r.category, r.brand, r.product) = 0;
    gap tstzrange;
begin
    foreach gap in array array(select unnest(r.gaps - r.dirty)) loop
        return query
        select c.event_id, c.event_timestamp, c.is_order, c.amount, c.units, c.is_inferred,
               i.product_key, i.product_id, i.product_name, i.category, i.brand, i.quantity, i.revenue
          from rollups.checkouts c
          left join lateral (select * from rollups.checkout_items i where i.event_id = c.event_id offset 0) i on true
         where everything and c.event_timestamp >= lower(gap) and c.event_timestamp < upper(gap)
         union all
        select c.event_id, c.event_timestamp, c.is_order, c.amount, c.units, c.is_inferred,
               i.product_key, i.product_id, i.product_name, i.category, i.brand, i.quantity, i.revenue
          from rollups.checkout_items i
         cross join lateral (select * from rollups.checkouts c where c.event_id = i.event_id offset 0) c
         where not everything and i.event_timestamp >= lower(gap) and i.event_timestamp < upper(gap)
           and metrics.is_product(i.product_id, i.product_name, i.category, i.brand, r.category, r.brand, r.product);
    end loop;
    if r.dirty <> '{}' then
        return query
          with seen as materialized (
            select e.event_id, e.session_id, metrics.known_id(e.session_id) is not null and e.session_id <> all (r.long_ids) as has_session
              from unnest(r.dirty) g
             cross join lateral (
                 select * from public.clickstream_events e
                  where e.event_timestamp >= lower(g) and e.event_timestamp < upper(g) offset 0) e
             where e.event_name in ('checkout_start', 'checkout_complete')
        )
        select c.event_id, c.event_timestamp, c.is_order, c.amount, c.units, c.is_inferred,
               c.product_key, c.product_id, c.product_name, c.category, c.brand, c.quantity, c.revenue
          from metrics.checkouts(array(select distinct session_id from seen where has_session), array(select event_id from seen where not has_session)) c
         where c.event_timestamp <@ r.dirty
           and (everything or metrics.is_product(c.product_id, c.product_name, c.category, c.brand, r.category, r.brand, r.product));
    end if;
end
$$;

-- The kept events of what is read from events.
create function metrics.kept_events(r metrics.reading) returns setof metrics.kept
language plpgsql stable rows 5000
set plan_cache_mode = force_custom_plan as $$
declare
    everything constant boolean := num_nonnulls(r.category, r.brand, r.product) = 0;
    gap tstzrange;
    part metrics.reading := r;
begin
    if r.kept is not null then
        return query select * from unnest(r.kept);
        return;
    end if;
    foreach gap in array array(select unnest(r.gaps)) loop
        part.gaps := tstzmultirange(gap);
        part.dirty := r.dirty * part.gaps;
        return query
          with checkouts as materialized (
            select k.event_id, k.is_order, k.is_inferred,
                   case when everything then k.amount else sum(k.revenue) filter (where k.is_order) end as amount,
                   case when everything then k.units else (sum(k.quantity) filter (where k.is_order))::bigint end as units
              from metrics.checkouts_in(part) k
             group by k.event_id, k.is_order, k.is_inferred, k.amount, k.units
        ),
        found as (
            -- Under a product filter a checkout is about what was ordered, whatever its own product is.
            select * from public.clickstream_events e
             where e.event_timestamp >= lower(gap) and e.event_timestamp < upper(gap)
               and (everything
                    or e.event_name not in ('checkout_start', 'checkout_complete')
                       and (r.category is null or r.category = 'UNKNOWN' or e.context_product_category = r.category and (length(r.category) > 500 or length(e.context_product_category) <= 500))
                       and (r.brand is null or r.brand = 'UNKNOWN' or e.context_product_brand = r.brand and (length(r.brand) > 500 or length(e.context_product_brand) <= 500))
                       and (r.product is null or e.context_product_id = r.product and (length(r.product) > 500 or length(e.context_product_id) <= 500))
                       and metrics.is_about(e.event_name, e.context_product_id, e.context_product_name, e.context_product_category, e.context_product_brand,
                                            r.category, r.brand, r.product))
             union all
            select e.* from checkouts k cross join lateral (select * from public.clickstream_events e where e.event_id = k.event_id offset 0) e
             where not everything
        )
        select e.event_id, e.event_timestamp, e.event_name, metrics.login_no(e.user_login_state), metrics.known_id(e.client_id), metrics.known_id(e.user_id),
               case when e.session_id <> all (r.long_ids) then metrics.known_id(e.session_id) end,
               e.is_first_visit, metrics.is_product_event(e.event_name, e.context_product_id, e.context_product_name),
               e.context_product_id, e.context_product_name, e.context_product_category, e.context_product_brand,
               coalesce(k.is_order, false), k.amount, k.units, coalesce(k.is_inferred, false)
          from found e
          left join checkouts k on k.event_id = e.event_id
         where metrics.has_login(e.user_login_state, r.login)
           and (r.event is null or e.event_name = r.event);
    end loop;
end
$$;

-- The kept events of these sessions within these ranges. `is_stored`: their checkouts there are, and
-- are the latest; else they are selected now.
create function metrics.kept_events_of(r metrics.reading, session_ids text[], ranges tstzmultirange, is_stored boolean)
returns setof metrics.kept
language plpgsql stable rows 5000 as $$
declare
    everything constant boolean := num_nonnulls(r.category, r.brand, r.product) = 0;
begin
    return query
      with items as (
        select c.event_id, c.is_order, c.amount, c.units, c.is_inferred, i.product_id, i.product_name, i.category, i.brand, i.quantity, i.revenue
          from unnest(session_ids) s (id)
         cross join lateral (select * from rollups.checkouts c where c.session_id = s.id offset 0) c
          left join lateral (select * from rollups.checkout_items i where i.event_id = c.event_id offset 0) i on true
         where is_stored
         union all
        select c.event_id, c.is_order, c.amount, c.units, c.is_inferred, c.product_id, c.product_name, c.category, c.brand, c.quantity, c.revenue
          from metrics.checkouts(case when is_stored then '{}' else session_ids end, '{}') c
    ),
    checkouts as materialized (
        select i.event_id, i.is_order, i.is_inferred,
               case when everything then i.amount else sum(i.revenue) filter (where i.is_order) end as amount,
               case when everything then i.units else (sum(i.quantity) filter (where i.is_order))::bigint end as units
          from items i
         where everything or metrics.is_product(i.product_id, i.product_name, i.category, i.brand, r.category, r.brand, r.product)
         group by i.event_id, i.is_order, i.is_inferred, i.amount, i.units
    )
    select e.event_id, e.event_timestamp, e.event_name, metrics.login_no(e.user_login_state), metrics.known_id(e.client_id), metrics.known_id(e.user_id), e.session_id,
           e.is_first_visit, metrics.is_product_event(e.event_name, e.context_product_id, e.context_product_name),
           e.context_product_id, e.context_product_name, e.context_product_category, e.context_product_brand,
           coalesce(k.is_order, false), k.amount, k.units, coalesce(k.is_inferred, false)
      from unnest(session_ids) i (id)
     -- One row; see metrics.checkouts.
     cross join generate_series(1, least(cardinality(session_ids), 1))
     cross join lateral (select * from public.clickstream_events e where e.session_id = i.id and e.session_id <> '' offset 0) e
      left join checkouts k on k.event_id = e.event_id
     where e.event_timestamp <@ ranges and metrics.in_calendar(e.event_timestamp)
       and metrics.has_login(e.user_login_state, r.login)
       and (r.event is null or e.event_name = r.event)
       and (everything
            or case when e.event_name in ('checkout_start', 'checkout_complete') then k.event_id is not null
                    else metrics.is_about(e.event_name, e.context_product_id, e.context_product_name, e.context_product_category, e.context_product_brand,
                                          r.category, r.brand, r.product) end);
end
$$;

-- The columns of rollups.sessions that answers need.
create type metrics.session as (
    session_id text, first_at timestamptz, last_at timestamptz, events integer, login_no smallint,
    is_new boolean, entered boolean, carted boolean, abandoned boolean, converted boolean, engaged boolean,
    lasted integer, wait2 integer, wait3 integer, wait4 integer);

-- The sessions that were open between two instants: begun before the end, not over before the start.
create function metrics.sessions_open_between(from_time timestamptz, to_time timestamptz) returns setof metrics.session
language sql stable rows 1000 as $$
    select s.session_id, s.first_at, s.last_at, s.events, s.login_no, s.is_new, s.entered, s.carted, s.abandoned, s.converted, s.engaged,
           s.lasted, s.wait2, s.wait3, s.wait4
      from (values (0, $1 - interval '1 hour'), (1, $1 - interval '24 hours'), (2, '-infinity')) p (span, since)
     cross join lateral (
         select * from rollups.sessions s where s.span = p.span and s.first_at < $2 and s.first_at >= p.since and s.last_at >= $1 offset 0) s
$$;

create function metrics.sessions_open_at(instants timestamptz[]) returns setof metrics.session
language sql stable rows 200 as $$ select distinct s.* from unnest($1) t (at) cross join lateral metrics.sessions_open_between(t.at, t.at) s $$;

create function metrics.sessions_begun_in(ranges tstzmultirange) returns setof metrics.session
language sql stable rows 200 as $$
    select s.* from unnest($1) t cross join lateral metrics.sessions_open_between(lower(t), upper(t)) s where s.first_at >= lower(t)
$$;
