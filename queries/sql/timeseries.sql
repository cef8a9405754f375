-- How many events, sessions, checkouts and orders each bucket of time had, and the revenue,
-- for every bucket that overlaps the range, empty ones included.
-- $1 from, $2 to, $3 login, $4 category, $5 brand, $6 product, $7 event,
-- $8 bucket: minute, hour, day or week (from Monday); NULL: hour up to 48 h, else day,
-- $9 time zone whose clock and calendar cut the buckets.
with asked as (
    select coalesce($8::text, case when $2::timestamptz - $1::timestamptz <= interval '48 hours'
                                   then 'hour' else 'day' end) as bucket,
           $9::text as zone
),
-- Hours and minutes are walked in real time, in steps that divide every shift of
-- a clock; days and weeks in local time, where each is a day or a week whatever
-- the clocks do. Buckets that a shift makes coincide are one.
walked as (
    select date_trunc(a.bucket, step, a.zone) as t
      from asked a,
           generate_series(
               date_trunc(a.bucket, $1::timestamptz, a.zone), $2::timestamptz,
               case a.bucket when 'minute' then interval '1 minute' else interval '15 minutes' end) as step
     where a.bucket in ('minute', 'hour')
     union
    select step at time zone a.zone
      from asked a,
           generate_series(
               date_trunc(a.bucket, $1::timestamptz at time zone a.zone), $2::timestamptz at time zone a.zone,
               case a.bucket when 'week' then interval '7 days' else interval '1 day' end) as step
     where a.bucket in ('day', 'week')
)
select w.t,
       coalesce(sum(c.events), 0)::int8 as events,
       coalesce(sum(c.sessions), 0)::int8 as sessions,
       coalesce(sum(c.checkout_completes), 0)::int8 as checkout_completes,
       coalesce(sum(c.orders), 0)::int8 as orders,
       metrics.whole_vnd(sum(c.revenue)) as revenue_vnd
  from (select t from walked where $1::timestamptz < $2::timestamptz and t < $2::timestamptz) w
  left join (select c.* from asked a, metrics.counts_by_bucket($1, $2, $3, $4, $5, $6, $7, a.bucket, a.zone) c) c using (t)
 group by w.t
 order by w.t
