-- How many sessions went how far along a row of events, and how long each step took.
-- $1 from, $2 to, $3 login, $4 category, $5 brand, $6 product, $7 event,
-- $8 the steps' event names, in order,
-- $9 login, category or brand: a funnel for each group of sessions; NULL: one for all.
with counted as (
    select * from metrics.funnel_counts($1, $2, $3, $4, $5, $6, $7, $8, $9)
),
steps as (
    select step::int4 as step, event_name from unnest($8::text[]) with ordinality as s (event_name, step)
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
