-- What adds up: events by name and login state, orders, money; and who was there.

-- Kept events by name, login state and bucket: the start of a piece, or of the hour or minute that an
-- event in a gap is in. `names`: numbers of standard names, 0 for all events together; NULL: every name.
-- Without `by_login` the login state means nothing.
create function metrics.event_sums(r metrics.reading, names integer[], gap_width interval, by_login boolean default false) returns table (
    bucket timestamptz, login_no smallint, event_name text, is_total boolean, events numeric, product_events numeric,
    orders numeric, priced numeric, inferred numeric, units numeric, revenue numeric)
language plpgsql stable as $$
#variable_conflict use_column
declare
    name_nos constant integer[] := case when r.event is not null then array(select n.name_no from rollups.names n where n.key = metrics.key_of(r.event)) else names end;
    login_nos constant smallint[] := case when r.login_no is not null then array[r.login_no] when by_login or name_nos is distinct from '{0}' then '{0,1,2,3,4}' else '{-1}' end;
begin
    return query
    select p.bucket, c.login_no, coalesce(n.name, ''), c.name_no = 0 or r.event is not null, c.events::numeric, c.product_events::numeric,
           c.orders::numeric, c.priced::numeric, c.inferred::numeric, c.units::numeric, c.revenue
      from unnest(r.pieces) p
     cross join lateral (
         select * from rollups.event_counts c
          where c.segment_no = r.segment_no and c.hours = p.hours and c.bucket = p.bucket and c.login_no = any (login_nos) and c.name_no = any (name_nos)
         union all
         select * from rollups.event_counts c
          where name_nos is null and c.segment_no = r.segment_no and c.hours = p.hours and c.bucket = p.bucket and c.login_no = any (login_nos) and c.name_no > 0
         offset 0) c
      left join rollups.names n on n.name_no = c.name_no;
    return query
    select k.bucket, k.login_no, case when t.is_total and r.event is null then '' else k.event_name end, t.is_total, sum(k.events), sum(k.product_events),
           sum(k.orders), sum(k.priced), sum(k.inferred), sum(k.units), sum(k.revenue)
      from (select date_bin(gap_width, k.event_timestamp, '0001-01-01T00:00:00Z') as bucket, k.login_no, k.event_name, count(*) as events,
                   count(*) filter (where k.is_product) as product_events, count(*) filter (where k.is_order) as orders,
                   count(k.amount) filter (where k.is_order) as priced, count(*) filter (where k.is_inferred) as inferred,
                   sum(k.units) as units, sum(k.amount) as revenue
              from metrics.kept_events(r) k
             group by 1, 2, 3) k
     cross join (values (true), (false)) t (is_total)
     where case when t.is_total then names is not null or r.event is not null else r.event is null end
     group by 1, 2, 3, 4;
end
$$;

-- How many different clients and users there were.
create function metrics.people_of(r metrics.reading, out clients bigint, out users bigint)
language plpgsql stable as $$
begin
    if cardinality(r.pieces) = 0 then
        select count(distinct k.client_id), count(distinct k.user_id) into clients, users from metrics.kept_events(r) k;
        return;
    end if;
      with sets as materialized (
        select s.*
          from unnest(r.pieces) p
         cross join lateral (
             select * from rollups.presence s
              where s.segment_no = r.segment_no and s.hours = p.hours and s.bucket = p.bucket
                and (s.login_no = r.login_no or r.login_no is null and (s.login_no = -1) = (p.hours > 1)) offset 0) s
    ),
    bits as materialized (
        select block, bit_or(client_bits) as clients, bit_or(user_bits) as users from sets where block >= 0 group by block
    ),
    kept as materialized (
        select distinct n.kind, n.id
          from metrics.kept_events(r) k
         cross join lateral (values ('c'::"char", k.client_id), ('u'::"char", k.user_id)) n (kind, id)
         where n.id is not null
    ),
    singles as (
        select 'c'::"char" as kind, u.person_no, null::text as id from sets s cross join lateral unnest(s.clients) u (person_no) where s.block = -1
         union all
        select 'u', u.person_no, null from sets s cross join lateral unnest(s.users) u (person_no) where s.block = -1
         union all
        -- One who has no number yet is in no set.
        select k.kind, d.person_no, case when d.person_no is null then k.id end
          from kept k
          left join lateral (select d.person_no from rollups.people d where d.key = metrics.key_of(k.id) and d.kind = k.kind offset 0) d on true
    ),
    more as (
        select s.kind, count(distinct s.person_no) + count(distinct s.id) as n
          from singles s
          left join bits b on b.block = s.person_no / 16384
         where case s.kind when 'c' then b.clients is null or get_bit(b.clients, s.person_no % 16384) = 0
                           else b.users is null or get_bit(b.users, s.person_no % 16384) = 0 end
         group by s.kind
    )
    select coalesce((select sum(bit_count(b.clients)) from bits b), 0) + coalesce((select n from more where kind = 'c'), 0),
           coalesce((select sum(bit_count(b.users)) from bits b), 0) + coalesce((select n from more where kind = 'u'), 0)
      into clients, users;
end
$$;

-- A period in one row.
create function metrics.totals(
    from_time timestamptz, to_time timestamptz, login text, category text, brand text, product text, event text
) returns table (
    total_events bigint, unique_clients bigint, unique_users bigint, sessions bigint,
    add_to_cart_clicks bigint, checkout_starts bigint, checkout_completes bigint,
    orders bigint, priced_orders bigint, orders_inferred bigint, units bigint, revenue numeric,
    converted_sessions bigint, carted_sessions bigint, abandoned_carts bigint)
language plpgsql stable as $$
#variable_conflict use_column
declare
    r metrics.reading := metrics.read($1, $2, $3, $4, $5, $6, $7, '{168,24,6,1}', false);
    facts metrics.fact[];
begin
    if cardinality(r.pieces) > 0 and (select sum(upper(g) - lower(g)) from unnest(r.gaps) g) < interval '6 hours' then
        r.kept := array(select k from metrics.kept_events(r) k);
    end if;
    facts := array(select f from metrics.session_facts(r) f);
    return query
    select c.total_events, p.clients, p.users, s.sessions, c.carts, c.starts, c.completes,
           c.orders, c.priced, c.inferred, c.units, c.revenue, s.converted, s.carted, s.abandoned
      from metrics.people_of(r) p,
           metrics.session_sums(r, facts) s,
           (select coalesce(sum(e.events) filter (where e.is_total), 0)::bigint as total_events,
                   coalesce(sum(e.events) filter (where e.event_name = 'add_to_cart_click'), 0)::bigint as carts,
                   coalesce(sum(e.events) filter (where e.event_name = 'checkout_start'), 0)::bigint as starts,
                   coalesce(sum(e.events) filter (where e.event_name = 'checkout_complete'), 0)::bigint as completes,
                   coalesce(sum(e.orders) filter (where e.is_total), 0)::bigint as orders, coalesce(sum(e.priced) filter (where e.is_total), 0)::bigint as priced,
                   coalesce(sum(e.inferred) filter (where e.is_total), 0)::bigint as inferred, coalesce(sum(e.units) filter (where e.is_total), 0)::bigint as units,
                   coalesce(sum(e.revenue) filter (where e.is_total), 0) as revenue
              from metrics.event_sums(r, '{0,2,3,4}', '1 hour') e) c;
end
$$;

-- Whether the hours of a zone are those of UTC, all over a range.
create function metrics.has_whole_hours(from_time timestamptz, to_time timestamptz, zone text) returns boolean
language sql stable as $$
    select coalesce(bool_and(extract(minute from t at time zone $3) = extract(minute from t at time zone 'UTC')), true)
      from (select generate_series($1, $2, '1 day') as t union all select $2) t
$$;

-- Events, sessions, checkouts, orders and revenue per bucket of time; only buckets with events.
create function metrics.counts_by_bucket(
    from_time timestamptz, to_time timestamptz, login text, category text, brand text, product text, event text,
    unit text, zone text
) returns table (t timestamptz, events bigint, sessions bigint, checkout_completes bigint, orders bigint, revenue numeric)
language plpgsql stable as $$
#variable_conflict use_column
declare
    r metrics.reading;
    widths constant smallint[] := case
        when unit = 'minute' or not metrics.has_whole_hours($1, $2, zone) then '{}'
        when unit = 'hour' or zone <> 'UTC' then '{1}'
        when unit = 'day' then '{24,6,1}'
        else '{168,24,6,1}' end;
    starts timestamptz[];
    open_sessions metrics.session[];
    apart text[];
begin
    r := metrics.read($1, $2, $3, $4, $5, $6, $7, widths, true);
    return query
    select date_trunc(unit, e.bucket, zone), coalesce(sum(e.events) filter (where e.is_total), 0)::bigint, 0::bigint,
           coalesce(sum(e.events) filter (where e.event_name = 'checkout_complete'), 0)::bigint,
           coalesce(sum(e.orders) filter (where e.is_total), 0)::bigint, coalesce(sum(e.revenue) filter (where e.is_total), 0)
      from metrics.event_sums(r, '{0,4}', '1 minute') e
     group by 1;

    -- A session counts in each bucket in which it has a kept event. The sums have it where it began; those
    -- open at the start of another bucket are looked at one by one.
    r := metrics.read($1, $2, $3, $4, $5, $6, $7, widths, false);
    starts := array(
        select distinct date_trunc(unit, p.bucket, zone) from unnest(r.pieces) p
         union select lower(c) from unnest(r.covered) c
         union select upper(c) from unnest(r.covered) c);
    open_sessions := array(select s from metrics.sessions_open_at(starts) s where s.session_id not in (select unnest(r.stale)));
    -- What is known without their events: those that have no other filter than their login state, and
    -- are over in the bucket after that in which they began.
    apart := array(
        select s.session_id from unnest(open_sessions) s
         where not (r.segment_no = 0 and (r.login_no is null or s.login_no >= 0)
                    and s.first_at <@ r.covered and s.last_at < r.to_time
                    and s.last_at <@ r.covered
                    and date_trunc(unit, s.last_at, zone) <= date_trunc(unit, date_trunc(unit, s.first_at, zone) + case unit when 'week' then interval '8 days' when 'day' then interval '26 hours' else interval '1 hour' end, zone)));
    return query
      with known as materialized (
        select s.* from unnest(open_sessions) s
         where s.session_id not in (select unnest(apart)) and (r.login_no is null or s.login_no = r.login_no)
    ),
    theirs as materialized (
        select k.event_timestamp, k.session_id from metrics.kept_events_of(r, apart || array(select unnest(r.stale) except select unnest(r.long_ids)), '{(,)}', true) k
         where k.session_id not in (select unnest(r.long_ids))
    ),
    counted (t, sessions) as (
        select date_trunc(unit, p.bucket, zone), v.sessions
          from unnest(r.pieces) p
         cross join lateral (
             select v.sessions from rollups.visits v
              where v.segment_no = r.segment_no and v.hours = p.hours and v.bucket = p.bucket and v.login_no = any (metrics.visit_logins(r.login_no, p.hours)) offset 0) v
         union all
        select date_trunc(unit, last_at, zone), 1 from known where date_trunc(unit, last_at, zone) > date_trunc(unit, first_at, zone)
         union all
        -- In the sums where they began, if the filter keeps any event of theirs.
        select date_trunc(unit, s.first_at, zone), -1
          from unnest(open_sessions) s
         where s.first_at <@ r.covered and s.session_id in (select session_id from theirs)
         union all
        select k.t, 1
          from (select date_trunc(unit, k.event_timestamp, zone) as t, k.session_id
                  from (select k.event_timestamp, k.session_id from metrics.kept_events(r) k
                         where k.session_id is not null and k.session_id not in (select session_id from known)
                         union all
                        select event_timestamp, session_id from theirs where event_timestamp <@ r.covered) k
                 group by 1, 2) k
    )
    select c.t, 0::bigint, sum(c.sessions)::bigint, 0::bigint, 0::bigint, 0::numeric from counted c group by 1;
end
$$;

-- Kept events per hour of a zone's clock; where that is off by parts of an hour, of its own hours.
create function metrics.counts_by_hour(
    from_time timestamptz, to_time timestamptz, login text, category text, brand text, product text, event text, zone text
) returns table (local_hour timestamp, events bigint)
language plpgsql stable as $$
declare
    r constant metrics.reading := metrics.read($1, $2, $3, $4, $5, $6, $7,
        case when metrics.has_whole_hours($1, $2, zone) then '{1}' else '{}' end::smallint[], true);
begin
    return query
    select date_trunc('hour', s.bucket at time zone zone), sum(s.events)::bigint
      from metrics.event_sums(r, '{0}', '1 minute') s
     where s.is_total
     group by 1;
end
$$;
