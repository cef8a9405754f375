-- Every row of every rollup, with words in place of numbers.
with word as (select word_no, quote_literal(word) as word from rollups.words),
subject as (select subject_no, row(product_id, name, category, brand)::text as subject from rollups.subjects),
lines as (
    select 'event_counts' as rollup, row(e.grain, e.bucket, l.word, n.word, events, priced, revenue)::text as line
      from rollups.event_counts e
      left join word l on l.word_no = e.login_no
      left join word n on n.word_no = e.name_no
     union all
    select 'slots',
           row(s.slot, l.word,
               (select array_agg(row(w.word, n.events)::text order by w.word)
                  from unnest(s.names, s.of_name) as n (name_no, events) left join word w on w.word_no = n.name_no),
               s.priced, s.revenue,
               (select array_agg(row(b.subject, c.step, c.events, c.revenue, c.last_at)::text order by b.subject, c.step)
                  from (select subject_no, step, sum(events) as events, sum(revenue) as revenue, max(last_at) as last_at
                          from unnest(s.subjects, s.steps, s.of_subject, s.revenues, s.last_at)
                                   as n (subject_no, step, events, revenue, last_at)
                         group by 1, 2) c
                  left join subject b using (subject_no)))::text
      from rollups.slots s
      left join word l on l.word_no = s.login_no
     union all
    select 'subject_counts',
           row(grain, subject, bucket, l.word, events, product_views, carts, starts, completes, priced, revenue, last_at)::text
      from rollups.subject_counts c
      left join subject using (subject_no)
      left join word l on l.word_no = c.login_no
     union all
    select 'scope_hours',
           row(c.kind, c.value, h.hour, l.word, h.events, h.completes,
               (select array_agg(row(w.word, n.events)::text order by w.word)
                  from unnest(h.names, h.of_name) as n (name_no, events) left join word w on w.word_no = n.name_no),
               (select array_agg(row(p.id, n.first_at, n.last_at)::text order by p.id)
                  from unnest(h.clients, h.clients_from, h.clients_to) as n (person_no, first_at, last_at)
                  left join rollups.people p on p.person_no = n.person_no and p.kind = 'c'),
               (select array_agg(row(p.id, n.first_at, n.last_at)::text order by p.id)
                  from unnest(h.users, h.users_from, h.users_to) as n (person_no, first_at, last_at)
                  left join rollups.people p on p.person_no = n.person_no and p.kind = 'u'))::text
      from rollups.scope_hours h
      left join lateral rollups.scope_named(h.scope_no) c on true
      left join word l on l.word_no = h.login_no
     union all
    select 'sessions', row(session_id, first_at, last_at, span, is_part, l.word, events, is_carted, is_converted, is_new, reached,
                           wait2, wait3, wait4,
                           (select array_agg(row(e.at, e.kind)::text order by e.at, e.kind)
                              from unnest(s.times, s.kinds) as e (at, kind)))::text
      from rollups.sessions s
      left join word l on l.word_no = s.login_no
     union all
    -- Closed days depend on the order in which events came, and are another's to verify.
    select 'session_counts',
           row(n.kind, n.value, c.bucket, c.is_part, l.word, c.sessions, c.events, c.carted, c.converted, c.abandoned,
               c.bounces, c.new_sessions, c.reached1, c.reached2, c.reached3, c.reached4,
               array(select x from unnest(c.seconds) as x order by x), array(select x from unnest(c.wait2) as x order by x),
               array(select x from unnest(c.wait3) as x order by x), array(select x from unnest(c.wait4) as x order by x))::text
      from rollups.session_counts c
      left join lateral rollups.scope_named(c.scope_no) n on true
      left join word l on l.word_no = c.login_no
     where c.sessions <> 0
       and c.grain = 'h'
     union all
    select 'session_stays', row(n.kind, n.value, c.hour, c.previous, c.is_part, l.word, c.sessions)::text
      from rollups.session_stays c
      left join lateral rollups.scope_named(c.scope_no) n on true
      left join word l on l.word_no = c.login_no
     where c.sessions <> 0
)
select rollup || ' ' || line as line from lines order by rollup, line
