-- The funnel: how many sessions of each segment reached each step, and the median
-- wait. Rows only for steps that somebody reached.
--
-- A session's first event of step 1 starts it and gives its group; each next step
-- is its first event of that name at or after the step before. An event serves one
-- step only: a name that came before needs an event later than the one it used.
--
-- A session is one row with its events in arrays, so each round of the recursion
-- walks every session once and joins nothing: steps × events whatever the planner
-- believes, and whoever sends a hundred thousand events in one session.
create function metrics.funnel_counts(
    from_time timestamptz, to_time timestamptz,
    login text, category text, brand text, product text, event text, wanted text[], split_by text
) returns table (segment text, step integer, sessions bigint, median_seconds bigint)
language plpgsql stable
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
begin
    if split_by is null
       and wanted = array['product_view', 'add_to_cart_click', 'checkout_start', 'checkout_complete']
       and rollups.has($1, $2, $3, $4, $5, $6, $7) then
        return query
        select null::text, f.step, f.sessions, f.median_seconds
          from rollups.standard_funnel($1, $2, $3, $4, $5, $6) f
         where f.sessions > 0;
        return;
    end if;
    return query
    with recursive steps as (
        select s.step::int4 as step,
               s.event_name,
               -- A name is known by the first step that has it.
               array_position($8::text[], s.event_name) as name,
               (select max(b.step)::int4
                  from unnest($8::text[]) with ordinality as b (event_name, step)
                 where b.event_name = s.event_name and b.step < s.step) as same_before
          from unnest($8::text[]) with ordinality as s (event_name, step)
    ),
    sessions as (
        select array_agg(array_position($8::text[], event_name) order by event_timestamp, event_id) as names,
               array_agg(event_timestamp order by event_timestamp, event_id) as times,
               (array_agg(case $9::text
                              when 'login' then user_login_state
                              when 'category' then context_product_category
                              when 'brand' then context_product_brand
                          end order by event_timestamp, event_id)
                   filter (where event_name = ($8::text[])[1]))[1] as segment
          from metrics.kept_events($1, $2, $3, $4, $5, $6, $7)
         where session_id <> ''
           and event_name = any ($8::text[])
         -- By bytes: any order will do, and this one is the cheapest.
         group by session_id collate "C"
    ),
    -- `used` is where in the arrays the event of each step is. A place orders events
    -- by time and id, and so tells two of the same instant apart.
    reached as (
        select 1 as step,
               case when $9::text is not null then coalesce(nullif(segment, ''), 'UNKNOWN') end as segment,
               names,
               times,
               array[array_position(names, 1)] as used
          from sessions
         where array_position(names, 1) is not null
         union all
        select s.step,
               r.segment,
               r.names,
               r.times,
               r.used || next.place
          from reached r
          join steps s on s.step = r.step + 1
         cross join lateral (
            select min(place) as place
              from generate_subscripts(r.names, 1) as place
             where r.names[place] = s.name
               and r.times[place] >= r.times[r.used[r.step]]
               and (s.same_before is null or place > r.used[s.same_before])
          ) as next
         where next.place is not null
    ),
    counted as (
        select segment,
               step,
               count(*) as sessions,
               percentile_disc(0.5) within group (
                   order by floor(extract(epoch from times[used[step]] - times[used[step - 1]]))::int8
               ) as median_seconds
          from reached
         group by segment, step
    )
    select * from counted;
end
$$;
