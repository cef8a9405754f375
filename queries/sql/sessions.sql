-- How long sessions were and who came back: a row for each class of duration, with
-- how many sessions are in it; the numbers about all sessions stand in every row.
-- $1 from, $2 to, $3 login, $4 category, $5 brand, $6 product, $7 event.
with totals as (
    select * from metrics.session_lengths($1, $2, $3, $4, $5, $6, $7)
),
labels (place, label) as (
    values (1, '0 s'), (2, '1–10 s'), (3, '11–60 s'), (4, '1–5 min'), (5, '5–15 min'), (6, '15–30 min'), (7, '30+ min')
)
select l.label,
       t.classes[l.place] as in_class,
       t.sessions,
       coalesce(metrics.rounded(10 * t.events, nullif(t.sessions, 0)) / 10, 0)::float8 as events_per_session,
       t.median_seconds as median_duration_seconds,
       t.p90_seconds as p90_duration_seconds,
       t.engaged,
       t.sessions - t.engaged as bounces,
       metrics.percent(t.sessions - t.engaged, t.sessions) as bounce_rate_percent,
       t.new_sessions,
       t.sessions - t.new_sessions as returning_sessions
  from labels l
 cross join totals t
 order by l.place
