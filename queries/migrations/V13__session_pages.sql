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
              from rollups.session_facts($1, $2, $3, rollups.sessions_reaching($1, $2, asked)) f
             where (at_step is null or f.reached = at_step or (f.reached > at_step and not dropped))
               and (before_time is null
                    or f.started_at < before_time
                    or (f.started_at = before_time and f.session_id collate "C" > before_id))) s
     order by s.started_at desc, s.session_id collate "C"
     limit page;
end
$$;
