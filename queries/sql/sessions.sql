-- How long sessions were and who came back: a row for each class of duration, with
-- how many sessions are in it; the numbers about all sessions stand in every row.
-- $1 from, $2 to, $3 login, $4 category, $5 brand, $6 product, $7 event.
with sessions as (
    select count(*) as events,
           floor(extract(epoch from max(event_timestamp) - min(event_timestamp)))::int8 as seconds,
           bool_or(is_first_visit) as first_visit
      from metrics.kept_events($1, $2, $3, $4, $5, $6, $7)
     where session_id <> ''
     group by session_id collate "C"
),
totals as (
    select count(*) as sessions,
           sum(events) as events,
           -- NULL when there is no session.
           percentile_disc(array[0.5, 0.9]) within group (order by seconds) as durations,
           count(*) filter (where events = 1) as bounces,
           count(*) filter (where first_visit) as new_sessions
      from sessions
),
classes (place, label, shortest, longest) as (
    values (1, '0 s', 0, 0),
           (2, '1–10 s', 1, 10),
           (3, '11–60 s', 11, 60),
           (4, '1–5 min', 61, 300),
           (5, '5–15 min', 301, 900),
           (6, '15–30 min', 901, 1800),
           (7, '30+ min', 1801, null)
),
histogram as (
    select c.place,
           c.label,
           count(s.seconds) as sessions
      from classes c
      left join sessions s
        on s.seconds >= c.shortest
       and (s.seconds <= c.longest or c.longest is null)
     group by c.place, c.label
)
select h.label,
       h.sessions::int8 as in_class,
       t.sessions::int8 as sessions,
       coalesce(metrics.rounded(10 * t.events, nullif(t.sessions, 0)) / 10, 0)::float8 as events_per_session,
       t.durations[1]::int8 as median_duration_seconds,
       t.durations[2]::int8 as p90_duration_seconds,
       t.bounces::int8 as bounces,
       metrics.percent(t.bounces, t.sessions) as bounce_rate_percent,
       t.new_sessions::int8 as new_sessions,
       (t.sessions - t.new_sessions)::int8 as returning_sessions
  from histogram h
 cross join totals t
 order by h.place
