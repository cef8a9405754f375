-- Lists, newest first, a page at a time: as much of the newest part of a range as a page takes.

-- The newest part of a range, longer with each try, until it is all: minutes, which suffice where much
-- happens; then as many hours as have some events, which the rollups know; where they do not, more hours.
create function metrics.newest_part(r metrics.reading, try integer, out part tstzmultirange, out is_all boolean)
language plpgsql stable as $$
declare
    start timestamptz := r.to_time - case when try <= 3 then power(4, try) * interval '1 minute' else power(8, try - 2) * interval '1 hour' end;
    enough constant float8 := 200 * power(4, try - 4);
    hours metrics.reading;
begin
    part := r.gaps + r.covered;
    if try > 3 and cardinality(r.pieces) > 0 then
        start := r.to_time - 8 * (r.to_time - start);
        hours.segment_no := r.segment_no; hours.login_no := r.login_no; hours.event := r.event;
        hours.pieces := array(select p from unnest(r.pieces) p where p.bucket >= start);
        hours.gaps := '{}';
        select coalesce(max(h.bucket) filter (where h.later >= enough) + interval '1 hour', start),
               r.gaps + coalesce(range_agg(tstzrange(h.bucket, h.bucket + interval '1 hour')) filter (where h.later < enough), '{}')
          into start, part
          from (select s.bucket, sum(sum(s.events)) over (order by s.bucket desc) - sum(s.events) as later
                  from metrics.event_sums(hours, '{0}', '1 hour') s
                 where s.is_total
                 group by s.bucket) h;
    end if;
    is_all := start <= r.from_time;
    part := part * tstzmultirange(tstzrange(start, r.to_time));
end
$$;

-- A page of kept events. Every event of an hour is looked at that the page may need.
create function metrics.event_page(
    from_time timestamptz, to_time timestamptz, login text, category text, brand text, product text, event text,
    before_time timestamptz, before_id uuid, products_only boolean, page bigint
) returns setof public.clickstream_events
language plpgsql stable as $$
#variable_conflict use_column
declare
    until constant timestamptz := least(to_time, before_time + interval '1 microsecond');
    r constant metrics.reading := metrics.read($1, greatest($1, until), $3, $4, $5, $6, $7, '{1}', true);
    p metrics.reading := r;
    try integer := 1;
    is_all boolean;
    ids uuid[];
begin
    loop
        select n.part, n.is_all into p.gaps, is_all from metrics.newest_part(r, try) n;
        p.dirty := r.dirty * p.gaps;
        ids := array(
            select k.event_id from metrics.kept_events(p) k
             where (before_time is null or (k.event_timestamp, k.event_id) < (before_time, before_id))
               and (not products_only or k.is_product)
             order by k.event_timestamp desc, k.event_id desc
             limit page);
        exit when cardinality(ids) >= page or is_all;
        try := try + 1;
    end loop;
    return query select e.* from unnest(ids) i (id) cross join lateral (select * from public.clickstream_events e where e.event_id = i.id offset 0) e;
end
$$;

-- A page of the sessions with a kept event, the newest start first; only those that reached a step, or
-- that dropped out there.
create function metrics.session_page(
    from_time timestamptz, to_time timestamptz, login text, category text, brand text, product text, event text,
    wanted text[], at_step integer, dropped boolean, before_time timestamptz, before_id text, page bigint
) returns table (
    session_id text, client_id text, user_id text, started_at timestamptz, last_at timestamptz, events bigint,
    product_views bigint, add_to_carts bigint, checkout_completes bigint, orders bigint, revenue numeric, furthest_step integer)
language plpgsql stable as $$
#variable_conflict use_column
declare
    until constant timestamptz := greatest($1, least(to_time, before_time + interval '1 microsecond'));
    r constant metrics.reading := metrics.read($1, until, $3, $4, $5, $6, $7, '{1}', true);
    p metrics.reading := r;
    whole metrics.reading := metrics.read($1, $2, $3, $4, $5, $6, $7, '{}', false);
    try integer := 1;
    is_all boolean;
    candidates text[];
begin
    loop
        select n.part, n.is_all into p.gaps, is_all from metrics.newest_part(r, try) n;
        p.dirty := r.dirty * p.gaps;
        candidates := array(
            select k.session_id from metrics.kept_events(p) k
             where k.session_id is not null
             group by 1);
        return query
          with kept as materialized (
            select * from metrics.kept_events_of(whole, candidates, tstzmultirange(tstzrange(whole.from_time, whole.to_time)), false)
        ),
        told as (
            select k.session_id,
                   (array_agg(k.client_id order by k.event_timestamp desc, k.event_id desc) filter (where k.client_id is not null))[1] as client_id,
                   (array_agg(k.user_id order by k.event_timestamp desc, k.event_id desc) filter (where k.user_id is not null))[1] as user_id,
                   min(k.event_timestamp) as started_at, max(k.event_timestamp) as last_at, count(*) as events,
                   count(*) filter (where k.event_name = 'product_view') as product_views,
                   count(*) filter (where k.event_name = 'add_to_cart_click') as add_to_carts,
                   count(*) filter (where k.event_name = 'checkout_complete') as checkout_completes,
                   count(*) filter (where k.is_order) as orders, coalesce(sum(k.amount), 0) as revenue,
                   cardinality(metrics.walk(array_agg(k.event_name order by k.event_timestamp, k.event_id), array_agg(k.event_timestamp order by k.event_timestamp, k.event_id), wanted)) as furthest
              from kept k
             group by k.session_id
        ),
        listed as (
            select * from told t
             where t.started_at >= lower(p.gaps)
               and (before_time is null or t.started_at < before_time or t.started_at = before_time and t.session_id collate "C" > before_id)
               and (at_step is null or t.furthest = at_step or t.furthest > at_step and not dropped)
             order by t.started_at desc, t.session_id collate "C"
             limit page
        )
        select * from listed where is_all or (select count(*) from listed) >= page;
        exit when found or is_all;
        try := try + 1;
    end loop;
end
$$;
