-- Hours with other events by login state than are kept. $1 how many to name.
with counted as (
    select date_bin('1 hour', event_timestamp, 'epoch') as hour,
           coalesce(user_login_state, '') collate "C" as login,
           count(*) as events,
           count(*) filter (where event_name = 'checkout_complete') as completes
      from public.clickstream_events
     where rollups.in_calendar(event_timestamp)
     group by 1, 2
),
kept as (
    select h.hour, l.word as login, h.events, h.completes
      from rollups.hour_counts h
      left join rollups.words l on l.word_no = h.login_no
)
select format('hour from %s, login %L', hour at time zone 'UTC', login) as place,
       format('%s events, %s checkouts', coalesce(k.events, 0), coalesce(k.completes, 0)) as kept,
       format('%s events, %s checkouts', coalesce(c.events, 0), coalesce(c.completes, 0)) as counted,
       count(*) over () as in_all
  from kept k
  full join counted c using (hour, login)
 where (coalesce(k.events, 0), coalesce(k.completes, 0)) <> (coalesce(c.events, 0), coalesce(c.completes, 0))
 order by hour, login
 limit $1
