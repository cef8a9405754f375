-- Counts by something: by event name, login state, subject, hour, bucket of time.
-- From rollups where there are some for the filter, else from events.

create function metrics.counts_by_event(
    from_time timestamptz, to_time timestamptz,
    login text, category text, brand text, product text, event text
) returns table (event_name text, events bigint)
language plpgsql stable
set plan_cache_mode = force_custom_plan
as $$
declare
    asked constant integer := rollups.login_no(login);
    scope constant integer := rollups.scope_of(category, brand, product);
    cut record := rollups.cut(from_time, to_time);
begin
    if not rollups.has(from_time, to_time, login, category, brand, product, null) then
        return query
        select k.event_name, count(*)
          from metrics.kept_events($1, $2, $3, $4, $5, $6, $7) k
         group by 1;
        return;
    end if;
    return query
    select c.word, sum(c.events)::bigint
      from (select w.word, n.events
              from (select e.name_no, sum(e.events) as events
                      from rollups.pieces(from_time, to_time) p
                     cross join lateral (
                         select * from rollups.event_counts e
                          where e.grain = p.grain and e.bucket >= p.starts and e.bucket < p.ends
                         offset 0) e
                     where scope = 0
                       and (asked is null or e.login_no = asked)
                     group by 1
                     union all
                    select e.name_no, sum(e.events)
                      from (select unnest(names) as name_no, unnest(of_name) as events
                              from rollups.scope_hours h
                             where scope <> 0
                               and h.scope_no = scope and h.hour >= cut.h1 and h.hour < cut.h2
                               and (asked is null or h.login_no = asked)) e
                     group by 1) n
              join rollups.words w on w.word_no = n.name_no
             where event is null or w.word = event
             union all
            select k.event_name, count(*)
              from rollups.kept_beside(from_time, to_time, login, category, brand, product, event) k
             group by 1) c
     group by 1;
end
$$;

-- The login state '' is NULL or ''.
create function metrics.counts_by_login(
    from_time timestamptz, to_time timestamptz,
    login text, category text, brand text, product text, event text
) returns table (user_login_state text, events bigint)
language plpgsql stable
set plan_cache_mode = force_custom_plan
as $$
declare
    asked constant integer := rollups.login_no(login);
    everything constant boolean := num_nonnulls(category, brand, product) = 0;
begin
    if not rollups.has_subjects(from_time, to_time, login, category, brand, product, null)
       or (event is not null and not everything) then
        return query
        select coalesce(k.user_login_state, ''), count(*)
          from metrics.kept_events($1, $2, $3, $4, $5, $6, $7) k
         group by 1;
        return;
    end if;
    return query
    select c.word, sum(c.events)::bigint
      from (select w.word, e.events
              from (select e.login_no, sum(e.events) as events
                      from rollups.pieces(from_time, to_time) p
                     cross join lateral (
                         select * from rollups.event_counts e
                          where e.grain = p.grain and e.bucket >= p.starts and e.bucket < p.ends
                         offset 0) e
                     where everything
                       and (asked is null or e.login_no = asked)
                       and (event is null or e.name_no = (select word_no from rollups.words where word = event))
                     group by 1
                     union all
                    select e.login_no, sum(e.events)
                      from rollups.subject_sums(from_time, to_time, asked, category, brand, product) e
                     where not everything
                     group by 1) e
              join rollups.words w on w.word_no = e.login_no
             union all
            select coalesce(k.user_login_state, ''), count(*)
              from rollups.kept_beside(from_time, to_time, login, category, brand, product, event) k
             group by 1) c
     group by 1;
end
$$;

-- By what the events are about: product events only, all four columns that say
-- it, with '' for NULL. `latest` is when the last of them happened.
create function metrics.counts_by_subject(
    from_time timestamptz, to_time timestamptz,
    login text, category text, brand text, product text, event text
) returns table (
    product_id text, name text, category_name text, brand_name text,
    events bigint, product_views bigint, add_to_carts bigint, checkout_completes bigint,
    revenue numeric, latest timestamptz)
language plpgsql stable
set plan_cache_mode = force_custom_plan
as $$
declare
    asked constant integer := rollups.login_no(login);
begin
    if not rollups.has_subjects(from_time, to_time, login, category, brand, product, event) then
        return query
        select coalesce(k.context_product_id, ''), coalesce(k.context_product_name, ''),
               coalesce(k.context_product_category, ''), coalesce(k.context_product_brand, ''),
               count(*),
               count(*) filter (where k.event_name = 'product_view'),
               count(*) filter (where k.event_name = 'add_to_cart_click'),
               count(*) filter (where k.event_name = 'checkout_complete'),
               sum(metrics.effective_price(k.context_product_price, k.context_product_discount_price))
                   filter (where k.event_name = 'checkout_complete'),
               max(k.event_timestamp)
          from metrics.kept_events($1, $2, $3, $4, $5, $6, $7) k
         where k.context_product_id <> '' or k.context_product_name <> ''
         group by 1, 2, 3, 4;
        return;
    end if;
    return query
    select c.product_id, c.name, c.category, c.brand, sum(c.events)::bigint, sum(c.product_views)::bigint,
           sum(c.carts)::bigint, sum(c.completes)::bigint, sum(c.revenue), max(c.last_at)
      from (select s.product_id, s.name, s.category, s.brand,
                   e.events, e.product_views, e.carts, e.completes, e.revenue, e.last_at
              from rollups.subjects s
              join (select e.subject_no, sum(e.events) as events, sum(e.product_views) as product_views,
                           sum(e.carts) as carts, sum(e.completes) as completes, sum(e.revenue) as revenue,
                           max(e.last_at) as last_at
                      from rollups.subject_sums(from_time, to_time, asked, category, brand, product) e
                     group by 1) e using (subject_no)
             where s.product_id <> '' or s.name <> ''
             union all
            select coalesce(k.context_product_id, ''), coalesce(k.context_product_name, ''),
                   coalesce(k.context_product_category, ''), coalesce(k.context_product_brand, ''),
                   count(*),
                   count(*) filter (where k.event_name = 'product_view'),
                   count(*) filter (where k.event_name = 'add_to_cart_click'),
                   count(*) filter (where k.event_name = 'checkout_complete'),
                   sum(metrics.effective_price(k.context_product_price, k.context_product_discount_price))
                       filter (where k.event_name = 'checkout_complete'),
                   max(k.event_timestamp)
              from rollups.kept_beside(from_time, to_time, login, category, brand, product, null) k
             where k.context_product_id <> '' or k.context_product_name <> ''
             group by 1, 2, 3, 4) c
     group by 1, 2, 3, 4;
end
$$;

-- Whether a zone's clocks differ from UTC by whole hours all through a range.
create function rollups.whole_hours(zone text, from_time timestamptz, to_time timestamptz) returns boolean
language sql stable
as $$
    select $1 = 'UTC'
           or not exists (select from (select generate_series($2, $3, interval '1 day') union all select $3) as days (day)
                           where extract(epoch from (day at time zone $1) - (day at time zone 'UTC'))::integer % 3600 <> 0)
$$;

-- By whole hours of UTC: of a scope, or of several filters at once by subject.
create function rollups.counts_of_hours(
    from_hour timestamptz, to_hour timestamptz, asked integer, category text, brand text, product text
) returns table (hour timestamptz, events bigint, completes bigint)
language plpgsql stable
set plan_cache_mode = force_custom_plan
as $$
declare
    scope constant integer := rollups.scope_of(category, brand, product);
begin
    return query
    select h.hour, h.events::bigint, h.completes::bigint
      from rollups.scope_hours h
     where h.scope_no = scope and h.hour >= from_hour and h.hour < to_hour
       and (asked is null or h.login_no = asked);
    if scope is null then
        return query
        select h.bucket, h.events::bigint, h.completes::bigint
          from rollups.kept_subjects(category, brand, product) s
         cross join lateral (
             select *
               from rollups.subject_counts c
              where c.grain = 'h' and c.subject_no = s.subject_no and c.bucket >= from_hour and c.bucket < to_hour
             offset 0) h
         where asked is null or h.login_no = asked;
    end if;
end
$$;

-- By the hour of a zone's calendar; an hour that is only partly in the range
-- counts with that part.
create function metrics.counts_by_hour(
    from_time timestamptz, to_time timestamptz,
    login text, category text, brand text, product text, event text, zone text
) returns table (local_hour timestamp, events bigint)
language plpgsql stable
set plan_cache_mode = force_custom_plan
as $$
declare
    asked constant integer := rollups.login_no(login);
    cut record;
begin
    if not rollups.has_subjects(from_time, to_time, login, category, brand, product, event)
       or not rollups.whole_hours(zone, from_time, to_time) then
        return query
        select date_trunc('hour', k.event_timestamp at time zone $8), count(*)
          from metrics.kept_events($1, $2, $3, $4, $5, $6, $7) k
         group by 1;
        return;
    end if;
    cut := rollups.cut(from_time, to_time);
    return query
    select c.hour at time zone zone, sum(c.events)::bigint
      from (select h.hour, h.events
              from rollups.counts_of_hours(cut.h1, cut.h2, asked, category, brand, product) h
             union all
            select date_bin('1 hour', k.event_timestamp, 'epoch'), count(*)
              from rollups.kept_beside(from_time, to_time, login, category, brand, product, null) k
             group by 1) c
     group by c.hour;
end
$$;

-- The sessions that count for the first or the last bucket of a range by what they did
-- beside its whole hours, and not by those: of everything, where there are such hours.
create function rollups.sessions_of_ends(
    from_time timestamptz, to_time timestamptz, login text, bucket text, zone text
) returns table (t timestamptz, sessions bigint)
language plpgsql stable
-- One plan does for every range.
set plan_cache_mode = force_generic_plan
as $$
declare
    asked constant integer := rollups.login_no(login);
    cut record := rollups.cut(from_time, to_time);
    first_t constant timestamptz := date_trunc(bucket, from_time, zone);
    last_t constant timestamptz := date_trunc(bucket, cut.h2, zone);
    -- How far the whole hours go that are of those buckets too; a week has 168.
    first_ends constant timestamptz := (
        select coalesce(min(h.hour), cut.h2)
          from generate_series(cut.h1, least(cut.h2, cut.h1 + interval '170 hours') - interval '1 hour', '1 hour') as h (hour)
         where date_trunc(bucket, h.hour, zone) <> first_t);
    last_begins constant timestamptz := (
        select coalesce(max(h.hour) + interval '1 hour', cut.h1)
          from generate_series(greatest(cut.h1, cut.h2 - interval '170 hours'), cut.h2 - interval '1 hour', '1 hour') as h (hour)
         where date_trunc(bucket, h.hour, zone) <> last_t);
begin
    return query
      with about as (
        select true as is_first, b.session_id, b.first_at, b.last_at, b.is_part, b.login_no
          from rollups.sessions b where b.first_at >= from_time and b.first_at < cut.h1
         union all
        select true, o.session_id, o.first_at, o.last_at, o.is_part, o.login_no
          from rollups.sessions_open_at(from_time, 0) o where from_time < cut.h1
         union all
        select false, b.session_id, b.first_at, b.last_at, b.is_part, b.login_no
          from rollups.sessions b where b.first_at >= cut.h2 and b.first_at < to_time
         union all
        select false, o.session_id, o.first_at, o.last_at, o.is_part, o.login_no
          from rollups.sessions_open_at(cut.h2, 0) o where cut.h2 < to_time
    ),
    -- Most are told by when they began and ended.
    told as materialized (
        select a.is_first, a.session_id,
               case when a.is_first
                    then case when a.last_at < cut.h1 then true
                              when first_ends = cut.h1 and a.first_at >= from_time then true
                              when a.last_at < first_ends then false end
                    else case when a.first_at >= cut.h2 then true
                              when last_begins = cut.h2 and a.last_at < to_time then true
                              when a.first_at >= last_begins then false end
               end as counts
          from about a
         where rollups.is_of(a.is_part, a.login_no, asked)
    )
    select case when s.is_first then first_t else last_t end, count(*)
      from told s
     where s.counts
     group by 1
     union all
    -- The others by their events. A bucket that is first and last has each once.
    select o.t, count(*)
      from (select distinct case when s.is_first then first_t else last_t end as t, s.session_id
              from told s
             cross join lateral (
                 values (case when s.is_first then from_time else cut.h2 end, case when s.is_first then cut.h1 else to_time end,
                         case when s.is_first then cut.h1 else last_begins end, case when s.is_first then first_ends else cut.h2 end)
                 ) e (starts, ends, hours_start, hours_end)
             where s.counts is null
               and exists (select from rollups.events_of(s.session_id, e.starts, e.ends, login, null, null, null))
               and not exists (select from rollups.events_of(s.session_id, e.hours_start, e.hours_end, login, null, null, null))) o
     group by 1;
end
$$;

-- By bucket of time, of whole hours at least, in a zone of whole hours, from rollups.
create function rollups.counts_by_bucket(
    from_time timestamptz, to_time timestamptz,
    login text, category text, brand text, product text, bucket text, zone text
) returns table (t timestamptz, events bigint, sessions bigint, checkout_completes bigint)
language plpgsql stable
-- One plan does for every range and filter.
set plan_cache_mode = force_generic_plan set enable_sort = off set enable_nestloop = off
as $$
declare
    asked constant integer := rollups.login_no(login);
    scope constant integer := rollups.scope_of(category, brand, product);
    cut record := rollups.cut(from_time, to_time);
    -- Closed days are days of UTC.
    by_day constant boolean := zone = 'UTC' and bucket in ('day', 'week');
    -- The sessions of everything are known without their events.
    is_known constant boolean := scope = 0 and cut.h1 < cut.h2;
    -- Else some of a bucket's events may be in whole hours and some beside.
    split constant text[] := case when not is_known and (from_time < cut.h1 or cut.h2 < to_time)
                                  then rollups.sessions_over_ends(cut.h1, cut.h2, asked, 0, 0) end;
begin
    return query
      -- Everything by hours first: to find an hour's bucket costs more than to add.
      with beside as materialized (
        select date_trunc(bucket, k.hour, zone) as t, k.session_id, sum(k.events) as events, sum(k.completes) as completes
          from (select date_bin('1 hour', k.event_timestamp, 'epoch') as hour,
                       case when not is_known then nullif(k.session_id, '') end as session_id,
                       count(*) as events,
                       count(*) filter (where k.event_name = 'checkout_complete') as completes
                  from rollups.kept_beside(from_time, to_time, login, category, brand, product, null) k
                 group by 1, 2) k
         group by 1, 2
    ),
    inside as materialized (
        select distinct e.session_id, date_trunc(bucket, e.hour, zone) as t
          from (select distinct named.id as session_id, date_bin('1 hour', e.at, 'epoch') as hour
                  from unnest(split) as named (id)
                 cross join lateral rollups.events_of(named.id, cut.h1, cut.h2, login, category, brand, product) e) e
    ),
    -- What began when.
    hours as (
        select b.hour, sum(b.events) as events, sum(b.sessions) as sessions, sum(b.completes) as completes
          from (select h.hour, h.events, 0 as sessions, h.completes
                  from rollups.scope_hours h
                 where h.scope_no = scope and h.hour >= cut.h1 and h.hour < cut.h2
                   and (asked is null or h.login_no = asked)
                 union all
                select s.bucket, 0, s.sessions, 0
                  from rollups.session_counts s
                 where not by_day
                   and s.grain = 'h' and s.scope_no = scope and s.bucket >= cut.h1 and s.bucket < cut.h2
                   and rollups.is_of(s.is_part, s.login_no, asked)
                 union all
                select s.bucket, 0, s.sessions, 0
                  from rollups.session_sums_by_day(from_time, to_time, scope, asked) s
                 where by_day
                 union all
                select s.bucket, 0, s.sessions, 0
                  from rollups.session_sums_by_hour(from_time, to_time, scope, asked) s
                 where by_day) b
         group by 1
    ),
    parts as (
        select date_trunc(counts_by_bucket.bucket, h.hour, zone) as t, h.events, h.sessions, h.completes
          from hours h
         union all
        -- A session that stays is a bucket's from its first hour there on.
        select h.t, 0, h.sessions, 0
          from (select date_trunc(bucket, hour, zone) as t, previous, s.sessions
                  from rollups.session_stays s
                 where s.scope_no = scope and hour >= cut.h1 and hour < cut.h2
                   and rollups.is_of(is_part, login_no, asked)) h
         where h.previous < greatest(h.t, cut.h1)
         union all
        select b.t, b.events, (b.session_id is not null and i.t is null)::integer, b.completes
          from beside b
          left join inside i using (session_id, t)
         union all
        select e.t, 0, e.sessions, 0
          from rollups.sessions_of_ends(from_time, to_time, login, bucket, zone) e
         where is_known and (from_time < cut.h1 or cut.h2 < to_time)
    )
    select p.t, sum(p.events)::bigint, sum(p.sessions)::bigint, sum(p.completes)::bigint
      from parts p
     group by 1
    having sum(p.events) > 0;
end
$$;

-- By bucket of time; buckets without events are not among them.
create function metrics.counts_by_bucket(
    from_time timestamptz, to_time timestamptz,
    login text, category text, brand text, product text, event text, bucket text, zone text
) returns table (t timestamptz, events bigint, sessions bigint, checkout_completes bigint)
language plpgsql stable
set plan_cache_mode = force_custom_plan
as $$
begin
    if bucket <> 'minute'
       and rollups.has(from_time, to_time, login, category, brand, product, event)
       and rollups.whole_hours(zone, from_time, to_time) then
        return query
        select * from rollups.counts_by_bucket(from_time, to_time, login, category, brand, product, bucket, zone);
        return;
    end if;
    -- A session of a bucket is one row first, so that nothing has to be sorted to
    -- count each once; events without a session are a row too, never counted.
    return query
    select s.t, sum(s.events)::bigint, count(s.session_id), sum(s.completes)::bigint
      from (select date_trunc($8, k.event_timestamp, $9) as t,
                   nullif(k.session_id, '') as session_id,
                   count(*) as events,
                   count(*) filter (where k.event_name = 'checkout_complete') as completes
              from metrics.kept_events($1, $2, $3, $4, $5, $6, $7) k
             group by 1, 2) s
     group by 1;
end
$$;
