-- How many sessions went how far along a row of events, and how long each step took.
-- $1 from, $2 to, $3 login, $4 category, $5 brand, $6 product, $7 event,
-- $8 the steps' event names, in order,
-- $9 login, category or brand: a funnel for each group of sessions; NULL: one for all.
--
-- A session's first event of step 1 starts it and gives its group; each next step
-- is its first event of that name at or after the step before. An event serves one
-- step only: a name that came before needs an event later than the one it used.
--
-- A session is one row with its events in arrays, so each round of the recursion
-- walks every session once and joins nothing: steps × events whatever the planner
-- believes, and whoever sends a hundred thousand events in one session.
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
),
segments as (
    select segment, sessions from counted where step = 1
     union all
    -- One funnel for all exists even when nobody entered it.
    select null, 0 where $9::text is null and not exists (select from counted)
),
complete as (
    select g.segment,
           g.sessions as entered,
           s.step,
           s.event_name,
           coalesce(c.sessions, 0) as sessions,
           c.median_seconds
      from segments g
     cross join steps s
      left join counted c on c.segment is not distinct from g.segment and c.step = s.step
)
select segment,
       step,
       event_name,
       sessions::int8 as sessions,
       metrics.percent(sessions, entered) as percent_of_first,
       -- Nothing is before step 1: it is measured against itself.
       metrics.percent(sessions, lag(sessions, 1, sessions) over path) as percent_of_previous,
       (lag(sessions, 1, sessions) over path - sessions)::int8 as dropped,
       median_seconds as median_seconds_from_previous
  from complete
window path as (partition by segment order by step)
 order by entered desc, segment collate "C", step
