-- Five minutes with other events by login state and name, or about something, than are
-- kept. $1 how many to name.
with events as materialized (
    select date_bin('5 minutes', e.event_timestamp, 'epoch') as slot,
           coalesce(e.user_login_state, '') collate "C" as login,
           e.event_name collate "C" as name,
           case e.event_name when 'product_view' then 1 when 'add_to_cart_click' then 2 when 'checkout_start' then 3
                             when 'checkout_complete' then 4 else 0 end as step,
           coalesce(e.context_product_id, '') as product_id, coalesce(e.context_product_name, '') as product_name,
           coalesce(e.context_product_category, '') as category, coalesce(e.context_product_brand, '') as brand,
           count(*) as events,
           count(p.price) as priced,
           coalesce(sum(p.price), 0) as revenue,
           max(e.event_timestamp) as last_at
      from public.clickstream_events e
     cross join lateral (
         select case when e.event_name = 'checkout_complete'
                     then coalesce(e.context_product_discount_price, e.context_product_price)
                 end as price) p
     where rollups.in_calendar(e.event_timestamp)
     group by 1, 2, 3, 4, 5, 6, 7, 8
),
by_name as (
    select slot, login, string_agg(format('%s %s', name, events), ', ' order by name) as names,
           sum(priced) as priced, sum(revenue) as revenue
      from (select slot, login, name, sum(events) as events, sum(priced) as priced, sum(revenue) as revenue
              from events
             group by 1, 2, 3) n
     group by 1, 2
),
by_subject as (
    select slot, login, string_agg(cell, ', ' order by cell) as cells
      from (select slot, login,
                   format('%L step %s: %s, %s VND, %s', array[product_id, product_name, category, brand], step,
                          sum(events), sum(revenue), max(last_at)) collate "C" as cell
              from events
             where (product_id, product_name, category, brand) <> ('', '', '', '')
             group by slot, login, product_id, product_name, category, brand, step) c
     group by 1, 2
),
counted as (
    select * from by_name left join by_subject using (slot, login)
),
kept as (
    select s.slot, l.word as login, n.names, s.priced::numeric as priced, s.revenue, c.cells
      from rollups.slots s
      left join rollups.words l on l.word_no = s.login_no
     cross join lateral (
         select string_agg(format('%s %s', w.word, n.events), ', ' order by w.word) as names
           from unnest(s.names, s.of_name) as n (name_no, events)
           left join rollups.words w on w.word_no = n.name_no) n
     cross join lateral (
         select string_agg(cell, ', ' order by cell) as cells
           from (select format('%L step %s: %s, %s VND, %s', array[b.product_id, b.name, b.category, b.brand], c.step,
                               sum(c.events), sum(c.revenue), max(c.last_at)) collate "C" as cell
                   from unnest(s.subjects, s.steps, s.of_subject, s.revenues, s.last_at)
                            as c (subject_no, step, events, revenue, last_at)
                   left join rollups.subjects b using (subject_no)
                  group by c.subject_no, b.product_id, b.name, b.category, b.brand, c.step) f) c
)
select format('five minutes from %s, login %L', slot at time zone 'UTC', login) as place,
       coalesce(format('%s; %s with a price, %s VND%s', k.names, k.priced, k.revenue, d.of_what || coalesce(k.cells, 'nothing')),
                'nothing') as kept,
       coalesce(format('%s; %s with a price, %s VND%s', c.names, c.priced, c.revenue, d.of_what || coalesce(c.cells, 'nothing')),
                'nothing') as counted,
       count(*) over () as in_all
  from kept k
  full join counted c using (slot, login)
 cross join lateral (select case when k.cells is distinct from c.cells then '; about ' end as of_what) d
 where (k.names, k.priced, k.revenue, k.cells) is distinct from (c.names, c.priced, c.revenue, c.cells)
 order by slot, login
 limit $1
