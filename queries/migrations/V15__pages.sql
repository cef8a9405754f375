-- The sessions of a page, newest start first, and when each began and ended within
-- the range: from rollups where they know the order, else from events.
--
-- `wanted` are the steps of a funnel; with `at_step` only sessions that reached
-- that one, and with `dropped` not the one after it. From events, and from funnels
-- that rollups do not know, these are all sessions: how far they went is then the
-- asker's to find out.
create function metrics.session_starts(
    from_time timestamptz, to_time timestamptz,
    login text, category text, brand text, product text, event text,
    wanted text[], at_step integer, dropped boolean,
    before_time timestamptz, before_id text, page bigint
) returns table (session_id text, started_at timestamptz, last_at timestamptz)
language plpgsql stable
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    asked constant integer := rollups.login_no($3);
    scope constant integer := rollups.scope_of($4, $5, $6);
    cut record := rollups.cut($1, $2);
    -- Begun in the hour of the last session seen, some were seen and some were not.
    half_seen constant timestamptz := date_bin('1 hour', before_time, 'epoch');
    beside text[];
    wrong bigint;
    hours timestamptz[];
    found text[];
begin
    if not rollups.has($1, $2, $3, $4, $5, $6, $7)
       or (at_step is not null
           and wanted <> array['product_view', 'add_to_cart_click', 'checkout_start', 'checkout_complete']) then
        return query
        select k.session_id collate "C", min(k.event_timestamp) as started, max(k.event_timestamp)
          from metrics.kept_events($1, $2, $3, $4, $5, $6, $7) k
         where k.session_id <> ''
         group by 1
        having before_time is null
            or min(k.event_timestamp) < before_time
            or (min(k.event_timestamp) = before_time and k.session_id collate "C" > before_id)
         order by 2 desc, 1
         limit case when at_step is null then page end;
        return;
    end if;

    if scope = 0 then
        return query
        select s.session_id, s.started_at, s.last_at
          from ((select s.session_id, s.first_at as started_at, s.last_at
                   from rollups.sessions s
                  where s.first_at >= $1 and s.first_at < $2
                    and s.first_at <= coalesce(before_time, 'infinity')
                    and s.last_at < $2
                    and rollups.is_of(s.is_part, s.login_no, asked)
                    and (at_step is null or s.reached = at_step or (s.reached > at_step and not dropped))
                    and (before_time is null or s.first_at < before_time or s.session_id collate "C" > before_id)
                  order by s.first_at desc, s.session_id collate "C"
                  limit page)
                 union all
                select f.session_id, f.started_at, f.last_at
                  from rollups.facts_over_ends($1, $2, $3, 0, 0) f
                 where (at_step is null or f.reached = at_step or (f.reached > at_step and not dropped))
                   and (before_time is null
                        or f.started_at < before_time
                        or (f.started_at = before_time and f.session_id collate "C" > before_id))) s
         order by s.started_at desc, s.session_id collate "C"
         limit page;
        return;
    end if;

    -- Sessions of a scope are known by the hours in which they began there: as many
    -- of those as it takes, and whoever was about beside them.
    beside := rollups.sessions_beside_hours($1, $2, $3, $4, $5, $6);
    wrong := (select count(*)
                from rollups.session_facts('infinity', 'infinity', $3, $4, $5, $6, beside, true) f
               where f.started_at >= cut.h1 and f.started_at < cut.h2);
    hours := array(
        select h.hour
          from (select h.hour,
                       sum(h.sessions) filter (where h.hour is distinct from half_seen) over (order by h.hour desc)
                           - h.sessions as later
                  from (select s.bucket as hour,
                               sum(case when at_step is null then s.sessions
                                        when dropped then r.reached[at_step] - coalesce(r.reached[at_step + 1], 0)
                                        else r.reached[at_step] end) as sessions
                          from rollups.session_counts s
                         cross join lateral (values (array[reached1, reached2, reached3, reached4])) r (reached)
                         where s.grain = 'h' and s.scope_no = scope and s.bucket >= cut.h1 and s.bucket < cut.h2
                           and s.bucket <= coalesce(before_time, 'infinity')
                           and rollups.is_of(s.is_part, s.login_no, asked)
                         group by 1) h
                 where h.sessions > 0) h
         where coalesce(h.later, 0) < page + wrong);
    found := array(
        select k.session_id
          from unnest(hours) as begun (hour)
         cross join lateral (
             select * from metrics.kept_events(begun.hour, begun.hour + interval '1 hour', $3, $4, $5, $6, null) offset 0) k
         where k.session_id <> ''
         group by 1);
    return query
    select f.session_id collate "C", f.started_at, f.last_at
      from rollups.session_facts($1, $2, $3, $4, $5, $6, array(select unnest(found) union select unnest(beside)), false) f
     where (at_step is null or f.reached = at_step or (f.reached > at_step and not dropped))
       and (before_time is null
            or f.started_at < before_time
            or (f.started_at = before_time and f.session_id collate "C" > before_id))
     order by f.started_at desc, f.session_id collate "C"
     limit page;
end
$$;

-- A page of kept events, the newest first. Where rollups know how many there are in
-- each hour, and not in every hour there may be enough, only the hours it takes are
-- looked through; else the index of times. (Events of a product are product events.)
create function metrics.event_page(
    from_time timestamptz, to_time timestamptz,
    login text, category text, brand text, product text, event text,
    before_time timestamptz, before_id uuid, products_only boolean, page bigint
) returns setof public.clickstream_events
language plpgsql stable
set plan_cache_mode = force_custom_plan
as $$
declare
    asked constant integer := rollups.login_no(login);
    by_subject constant boolean := num_nonnulls(category, brand, product) > 0;
    cut record := rollups.cut(from_time, to_time);
    -- Of the hour of the last event seen, some were seen and some were not.
    half_seen constant timestamptz := date_bin('1 hour', before_time, 'epoch');
    hours timestamptz[];
begin
    if num_nonnulls(login, category, brand, product, event) = 0
       or (by_subject and event is not null)
       or (products_only and product is null)
       or not rollups.has_subjects($1, $2, $3, $4, $5, $6, null) then
        return query
        select k.*
          from metrics.kept_events($1, $2, $3, $4, $5, $6, $7) k
         where (before_time is null or (k.event_timestamp, k.event_id) < (before_time, before_id))
           and (not products_only or k.context_product_id <> '' or k.context_product_name <> '')
         order by k.event_timestamp desc, k.event_id desc
         limit page;
        return;
    end if;
    hours := array(
        select h.hour
          from (select n.hour,
                       sum(sum(n.events)) filter (where n.hour is distinct from half_seen) over (order by n.hour desc)
                           - sum(n.events) as later
                  from (select c.hour, c.events
                          from rollups.counts_of_hours(cut.h1, cut.h2, asked, category, brand, product) c
                         where by_subject
                         union all
                        select c.bucket, c.events
                          from rollups.event_counts c
                         where not by_subject
                           and c.grain = 'h' and c.bucket >= cut.h1 and c.bucket < cut.h2
                           and (asked is null or c.login_no = asked)
                           and (event is null or c.name_no = (select word_no from rollups.words where word = event))) n
                 where n.hour <= coalesce(before_time, 'infinity')
                 group by 1) h
         where coalesce(h.later, 0) < page);
    return query
    select *
      from (select k.*
              from unnest(hours) as that (hour)
             cross join lateral (
                 select * from metrics.kept_events(that.hour, that.hour + interval '1 hour', $3, $4, $5, $6, $7) offset 0) k
             union all
            select * from rollups.kept_beside($1, $2, $3, $4, $5, $6, $7, false)) k
     where before_time is null or (k.event_timestamp, k.event_id) < (before_time, before_id)
     order by k.event_timestamp desc, k.event_id desc
     limit page;
end
$$;
