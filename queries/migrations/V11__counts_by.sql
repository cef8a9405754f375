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
    everything constant boolean := num_nonnulls(category, brand, product) = 0;
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
                     group by 1
                     union all
                    select n.name_no, sum(n.events)
                      from rollups.slots_beside(from_time, to_time, everything, asked) s
                     cross join lateral unnest(s.names, s.of_name) as n (name_no, events)
                     group by 1) n
              join rollups.words w on w.word_no = n.name_no
             where event is null or w.word = event
             union all
            select k.event_name, count(*)
              from rollups.kept_beside(from_time, to_time, login, category, brand, product, event, everything) k
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
                    select s.login_no, sum(n.events)
                      from rollups.slots_beside(from_time, to_time, everything, asked) s
                     cross join lateral unnest(s.names, s.of_name) as n (name_no, events)
                     where event is null or n.name_no = (select word_no from rollups.words where word = event)
                     group by 1
                     union all
                    select e.login_no, sum(e.events)
                      from rollups.subject_sums(from_time, to_time, asked, category, brand, product) e
                     where not everything
                     group by 1) e
              join rollups.words w on w.word_no = e.login_no
             union all
            select coalesce(k.user_login_state, ''), count(*)
              from rollups.kept_beside(from_time, to_time, login, category, brand, product, event, everything) k
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
    everything constant boolean := num_nonnulls(category, brand, product) = 0;
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
              join (select e.subject_no, sum(e.events) as events, coalesce(sum(e.product_views), 0) as product_views,
                           coalesce(sum(e.carts), 0) as carts, coalesce(sum(e.completes), 0) as completes,
                           sum(e.revenue) as revenue,
                           max(e.last_at) as last_at
                      from (select h.subject_no, h.events, h.product_views, h.carts, h.completes, h.revenue, h.last_at
                              from rollups.subject_sums(from_time, to_time, asked, category, brand, product) h
                             union all
                            select c.subject_no, c.events, case when c.step = 1 then c.events end,
                                   case when c.step = 2 then c.events end, case when c.step = 4 then c.events end,
                                   c.revenue, c.last_at
                              from rollups.slots_beside(from_time, to_time, everything, asked) t
                             cross join lateral unnest(t.subjects, t.steps, t.of_subject, t.revenues, t.last_at)
                                               as c (subject_no, step, events, revenue, last_at)) e
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
              from rollups.kept_beside(from_time, to_time, login, category, brand, product, null, everything) k
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
    everything constant boolean := num_nonnulls(category, brand, product) = 0;
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
            select date_bin('1 hour', s.slot, 'epoch'), sum(n.events)
              from rollups.slots_beside(from_time, to_time, everything, asked) s
             cross join lateral unnest(s.of_name) as n (events)
             group by 1
             union all
            select date_bin('1 hour', k.event_timestamp, 'epoch'), count(*)
              from rollups.kept_beside(from_time, to_time, login, category, brand, product, null, everything) k
             group by 1) c
     group by c.hour;
end
$$;
