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
    cut record;
begin
    if rollups.has(from_time, to_time, login, category, brand, product, null) then
        return query
        select c.word, sum(c.events)::bigint
          from (select w.word, e.events
                  from rollups.pieces(from_time, to_time) p
                  join rollups.event_counts e on e.grain = p.grain and e.bucket >= p.starts and e.bucket < p.ends
                  join rollups.words w on w.word_no = e.name_no
                 where (asked is null or e.login_no = asked)
                   and (event is null or w.word = event)
                 union all
                select k.event_name, 1
                  from rollups.kept_beside(from_time, to_time, login, null, null, null, event) k) c
         group by 1;
    elsif rollups.has_subjects(from_time, to_time, login, category, brand, product, null) then
        cut := rollups.cut(from_time, to_time);
        return query
        select c.word, sum(c.events)::bigint
          from (select w.word, e.events
                  from rollups.kept_subjects(category, brand, product) s
                  join rollups.subject_events e on e.subject_no = s.subject_no and e.day >= cut.d1 and e.day < cut.d2
                  join rollups.words w on w.word_no = e.name_no
                 where (asked is null or e.login_no = asked)
                   and (event is null or w.word = event)
                 union all
                -- These have no hours.
                select k.event_name, 1
                  from (select * from metrics.kept_events(from_time, cut.d1, login, category, brand, product, event)
                         union all
                        select * from metrics.kept_events(cut.d2, to_time, login, category, brand, product, event)) k) c
         group by 1;
    else
        return query
        select k.event_name, count(*)
          from metrics.kept_events($1, $2, $3, $4, $5, $6, $7) k
         group by 1;
    end if;
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
begin
    if not rollups.has(from_time, to_time, login, category, brand, product, null) then
        return query
        select coalesce(k.user_login_state, ''), count(*)
          from metrics.kept_events($1, $2, $3, $4, $5, $6, $7) k
         group by 1;
        return;
    end if;
    return query
    select c.word, sum(c.events)::bigint
      from (select w.word, e.events
              from rollups.pieces(from_time, to_time) p
              join rollups.event_counts e on e.grain = p.grain and e.bucket >= p.starts and e.bucket < p.ends
              join rollups.words w on w.word_no = e.login_no
             where (asked is null or e.login_no = asked)
               and (event is null or e.name_no = (select word_no from rollups.words where word = event))
             union all
            select coalesce(k.user_login_state, ''), 1
              from rollups.kept_beside(from_time, to_time, login, null, null, null, event) k) c
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
              from rollups.kept_subjects(category, brand, product) s
              join (select e.subject_no, sum(e.events) as events, sum(e.product_views) as product_views,
                           sum(e.carts) as carts, sum(e.completes) as completes, sum(e.revenue) as revenue,
                           max(e.last_at) as last_at
                      from rollups.pieces(from_time, to_time) p
                      join rollups.subject_counts e on e.grain = p.grain and e.bucket >= p.starts and e.bucket < p.ends
                     where asked is null or e.login_no = asked
                     group by 1) e using (subject_no)
             where s.product_id <> '' or s.name <> ''
             union all
            select coalesce(k.context_product_id, ''), coalesce(k.context_product_name, ''),
                   coalesce(k.context_product_category, ''), coalesce(k.context_product_brand, ''),
                   1, (k.event_name = 'product_view')::integer, (k.event_name = 'add_to_cart_click')::integer,
                   (k.event_name = 'checkout_complete')::integer,
                   case when k.event_name = 'checkout_complete'
                        then metrics.effective_price(k.context_product_price, k.context_product_discount_price) end,
                   k.event_timestamp
              from rollups.kept_beside(from_time, to_time, login, category, brand, product, null) k
             where k.context_product_id <> '' or k.context_product_name <> '') c
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
              from rollups.hour_counts h
             where counts_by_hour.category is null and counts_by_hour.brand is null and counts_by_hour.product is null
               and h.hour >= cut.h1 and h.hour < cut.h2
               and (asked is null or h.login_no = asked)
             union all
            select h.bucket, h.events
              from rollups.kept_subjects(category, brand, product) s
              join rollups.subject_counts h using (subject_no)
             where (counts_by_hour.category is not null or counts_by_hour.brand is not null or counts_by_hour.product is not null)
               and h.grain = 'h' and h.bucket >= cut.h1 and h.bucket < cut.h2
               and (asked is null or h.login_no = asked)
             union all
            select date_bin('1 hour', k.event_timestamp, 'epoch'), 1
              from rollups.kept_beside(from_time, to_time, login, category, brand, product, null) k) c
     group by c.hour;
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
declare
    asked constant integer := rollups.login_no(login);
    cut record;
begin
    if bucket = 'minute'
       or not rollups.has(from_time, to_time, login, category, brand, product, event)
       or not rollups.whole_hours(zone, from_time, to_time) then
        -- A session of a bucket is one row first, so that nothing has to be sorted
        -- to count each once; events without a session are a row too, never counted.
        return query
        select s.t, sum(s.events)::bigint, count(s.session_id), sum(s.completes)::bigint
          from (select date_trunc($8, k.event_timestamp, $9) as t,
                       nullif(k.session_id, '') as session_id,
                       count(*) as events,
                       count(*) filter (where k.event_name = 'checkout_complete') as completes
                  from metrics.kept_events($1, $2, $3, $4, $5, $6, $7) k
                 group by 1, 2) s
         group by 1;
        return;
    end if;
    cut := rollups.cut(from_time, to_time);
    return query
      with beside as materialized (
        select date_trunc(bucket, k.event_timestamp, zone) as t,
               nullif(k.session_id, '') as session_id,
               count(*) as events,
               count(*) filter (where k.event_name = 'checkout_complete') as completes
          from rollups.kept_beside(from_time, to_time, login, null, null, null, null) k
         group by 1, 2
    ),
    pieces as (
        select date_trunc(bucket, h.hour, zone) as t, h.events, 0::bigint as sessions, h.completes
          from rollups.hour_counts h
         where h.hour >= cut.h1 and h.hour < cut.h2
           and (asked is null or h.login_no = asked)
         union all
        -- A session is a bucket's from its first hour there on.
        select h.t, 0, h.sessions, 0
          from (select date_trunc(bucket, hour, zone) as t, previous, s.sessions
                  from rollups.session_hours s
                 where hour >= cut.h1 and hour < cut.h2
                   and rollups.is_of(is_part, login_no, asked)) h
         where h.previous < greatest(h.t, cut.h1)
         union all
        select b.t, b.events, 0, b.completes from beside b
         union all
        select b.t, 0, 1, 0
          from beside b
         where b.session_id is not null
           and not exists (
               select
                 from rollups.sessions s
                cross join unnest(s.hours) as hour
                where s.session_id = b.session_id
                  and rollups.is_of(s.is_part, s.login_no, asked)
                  and hour >= cut.h1 and hour < cut.h2
                  and date_trunc(bucket, hour, zone) = b.t)
    )
    select p.t, sum(p.events)::bigint, sum(p.sessions)::bigint, sum(p.completes)::bigint
      from pieces p
     group by 1;
end
$$;
