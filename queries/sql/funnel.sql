-- How many sessions went how far along a row of events, and how long each step took.
-- $1 from, $2 to, $3 login, $4 category, $5 brand, $6 product, $7 event,
-- $8 the steps' event names, in order,
-- $9 login, category or brand: a funnel for each group of sessions; NULL: one for all.
--
-- A session's first event of step 1 starts it and gives its group; each next step
-- is its first event of that name at or after the step before. An event serves one
-- step only: a name that came before needs an event later than the one it used.
--
-- Each round of the recursion is one join on the session, and a session is in it
-- once, so the cost is steps × events at most.
with recursive steps as (
    select s.step::int4 as step,
           s.event_name,
           (select max(b.step)::int4
              from unnest($8::text[]) with ordinality as b (event_name, step)
             where b.event_name = s.event_name and b.step < s.step) as same_before
      from unnest($8::text[]) with ordinality as s (event_name, step)
),
kept as materialized (
    -- By bytes: the rounds sort by it, and any order will do.
    select session_id collate "C" as session_id,
           event_name,
           event_timestamp,
           event_id,
           coalesce(nullif(case $9::text
                               when 'login' then user_login_state
                               when 'category' then context_product_category
                               when 'brand' then context_product_brand
                           end, ''), 'UNKNOWN') as segment
      from metrics.kept_events($1, $2, $3, $4, $5, $6, $7)
     where session_id <> ''
       and event_name = any ($8::text[])
),
reached as (
    (select distinct on (session_id)
            1 as step,
            session_id,
            segment,
            array[event_timestamp] as times,
            array[event_id] as ids
       from kept
      where event_name = ($8::text[])[1]
      order by session_id, event_timestamp, event_id)
     union all
    select *
      from (
        select distinct on (r.session_id)
               s.step,
               r.session_id,
               r.segment,
               r.times || k.event_timestamp,
               r.ids || k.event_id
          from reached r
          join steps s on s.step = r.step + 1
          join kept k
            on k.session_id = r.session_id
           and k.event_name = s.event_name
           and k.event_timestamp >= r.times[r.step]
           and (s.same_before is null
                or (k.event_timestamp, k.event_id) > (r.times[s.same_before], r.ids[s.same_before]))
         order by r.session_id, k.event_timestamp, k.event_id
      ) as first_of_step
),
counted as (
    select segment,
           step,
           count(*) as sessions,
           percentile_disc(0.5) within group (
               order by floor(extract(epoch from times[step] - times[step - 1]))::int8) as median_seconds
      from (select case when $9::text is null then null else segment end as segment, step, times
              from reached) as each_session
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
