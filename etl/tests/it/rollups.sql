-- Every row of every rollup, with words in place of numbers.
with word as (select word_no, quote_literal(word) as word from rollups.words),
subject as (select subject_no, row(product_id, name, category, brand)::text as subject from rollups.subjects),
lines as (
    select 'event_counts' as rollup, row(e.grain, e.bucket, l.word, n.word, events, priced, revenue)::text as line
      from rollups.event_counts e
      left join word l on l.word_no = e.login_no
      left join word n on n.word_no = e.name_no
     union all
    select 'hour_counts', row(h.hour, l.word, events, completes)::text
      from rollups.hour_counts h
      left join word l on l.word_no = h.login_no
     union all
    select 'subject_counts',
           row(grain, subject, bucket, l.word, events, product_views, carts, starts, completes, priced, revenue, last_at)::text
      from rollups.subject_counts c
      left join subject using (subject_no)
      left join word l on l.word_no = c.login_no
     union all
    select 'subject_events', row(subject, day, l.word, n.word, events)::text
      from rollups.subject_events c
      left join subject using (subject_no)
      left join word l on l.word_no = c.login_no
      left join word n on n.word_no = c.name_no
     union all
    select 'people_hours',
           row(hour, l.word, h.kind, (select array_agg(p.id order by p.id)
                                        from unnest(h.people) as n
                                        left join rollups.people p on p.person_no = n and p.kind = h.kind))::text
      from rollups.people_hours h
      left join word l on l.word_no = h.login_no
     union all
    select 'people_days', row(d.day, l.word, d.kind, p.id)::text
      from rollups.people_days d
      left join word l on l.word_no = d.login_no
     cross join generate_series(0, 8191) as n
      left join rollups.people p on p.person_no = d.block * 8192 + n and p.kind = d.kind
     where get_bit(d.people, n) = 1
     union all
    select 'sessions',
           row(session_id, first_at, last_at, hours, wait2, wait3, wait4, events, carts, completes,
               span, reached, is_part, is_new, l.word)::text
      from rollups.sessions s
      left join word l on l.word_no = s.login_no
     union all
    select 'session_counts',
           row(grain, bucket, is_part, l.word, sessions, events, carted, converted, abandoned, bounces,
               new_sessions, reached)::text
      from rollups.session_counts c
      left join word l on l.word_no = c.login_no
     where sessions <> 0
     union all
    select 'session_seconds', row(measure, is_exact, day, seconds, is_part, l.word, sessions)::text
      from rollups.session_seconds c
      left join word l on l.word_no = c.login_no
     where sessions <> 0
     union all
    select 'session_hours', row(hour, previous, is_part, l.word, sessions)::text
      from rollups.session_hours c
      left join word l on l.word_no = c.login_no
     where sessions <> 0
)
select rollup || ' ' || line as line from lines order by rollup, line
