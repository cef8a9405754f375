-- Counts by bucket of time: from rollups where there are some for the filter, else from events.

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
        select true as is_first, b.session_id, b.first_at, b.last_at, b.is_part, b.login_no, b.times
          from rollups.sessions b where b.first_at >= from_time and b.first_at < cut.h1
         union all
        select true, o.session_id, o.first_at, o.last_at, o.is_part, o.login_no, o.times
          from rollups.sessions_open_at(from_time, 0) o where from_time < cut.h1
         union all
        select false, b.session_id, b.first_at, b.last_at, b.is_part, b.login_no, b.times
          from rollups.sessions b where b.first_at >= cut.h2 and b.first_at < to_time
         union all
        select false, o.session_id, o.first_at, o.last_at, o.is_part, o.login_no, o.times
          from rollups.sessions_open_at(cut.h2, 0) o where cut.h2 < to_time
    ),
    -- Most are told by when they began and ended.
    told as materialized (
        select a.is_first, a.session_id, a.times,
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
    -- The others by the times of their events. A bucket that is first and last has each once.
    select o.t, count(*)
      from (select distinct case when s.is_first then first_t else last_t end as t, s.session_id
              from told s
             cross join lateral (
                 values (case when s.is_first then from_time else cut.h2 end, case when s.is_first then cut.h1 else to_time end,
                         case when s.is_first then cut.h1 else last_begins end, case when s.is_first then first_ends else cut.h2 end)
                 ) e (starts, ends, hours_start, hours_end)
             cross join lateral (
                 select bool_or(t.at >= e.starts and t.at < e.ends) as is_beside,
                        bool_or(t.at >= e.hours_start and t.at < e.hours_end) as is_inside
                   from unnest(coalesce(s.times, array(select k.at
                                                         from rollups.events_of(
                                                                  s.session_id, '-infinity', 'infinity', login, null, null, null) k)))
                            as t (at)) a
             where s.counts is null
               and a.is_beside
               and not a.is_inside) o
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
    completed constant integer := (select word_no from rollups.words where word = 'checkout_complete');
    -- Else some of a bucket's events may be in whole hours and some beside.
    split constant text[] := case when not is_known and (from_time < cut.h1 or cut.h2 < to_time)
                                  then array(select s.session_id from rollups.sessions_over_ends(cut.h1, cut.h2, asked, 0, 0) s) end;
begin
    return query
      -- Everything by hours first: to find an hour's bucket costs more than to add.
      with beside as materialized (
        select date_trunc(bucket, k.hour, zone) as t, k.session_id, sum(k.events) as events, sum(k.completes) as completes
          from (select date_bin('1 hour', k.event_timestamp, 'epoch') as hour,
                       case when not is_known then nullif(k.session_id, '') end as session_id,
                       count(*) as events,
                       count(*) filter (where k.event_name = 'checkout_complete') as completes
                  from rollups.kept_beside(from_time, to_time, login, category, brand, product, null, is_known) k
                 group by 1, 2
                 union all
                select date_bin('1 hour', s.slot, 'epoch'), null, sum(n.events), sum(n.events) filter (where n.name_no = completed)
                  from rollups.slots_beside(from_time, to_time, is_known, asked) s
                 cross join lateral unnest(s.names, s.of_name) as n (name_no, events)
                 group by 1) k
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
