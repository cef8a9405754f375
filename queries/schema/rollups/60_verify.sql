-- Verify: what the rollups hold of a day, against what its events come to.

-- What is compared of a day, in the buckets of `compared`: a row each, with words in place of numbers. Arrays that have no order are
-- sorted. Segments count up to those that a bucket was filled with.
create function rollups.rows_of(day timestamptz) returns table (rollup text, place text, held text)
language sql
as $$
    with seconds as (
        select v.segment_no, v.hours, v.bucket, v.login_no, jsonb_object_agg(m.measure, s.seconds) as seconds
          from pg_temp.compared b
          join rollups.visits v using (hours, bucket)
         cross join lateral (values ('lasted', lasted_seconds, lasted_sessions), ('wait2', wait2_seconds, wait2_sessions),
                                    ('wait3', wait3_seconds, wait3_sessions), ('wait4', wait4_seconds, wait4_sessions)) m (measure, seconds, sessions)
         cross join lateral (
             select string_agg(u.seconds || ' s ' || u.sessions, ', ' order by u.seconds) as seconds from unnest(m.seconds, m.sessions) u (seconds, sessions)) s
         where v.segment_no <= b.segments
         group by 1, 2, 3, 4
    ),
    held (rollup, hours, bucket, segment_no, login_no, place, held) as (
        select 'event_counts', hours, bucket, segment_no, login_no, 'event ' || coalesce(n.name, 'of any name'),
               to_jsonb(c) - '{segment_no,hours,login_no,name_no,bucket}'::text[]
          from pg_temp.compared
          join rollups.event_counts c using (hours, bucket)
          left join rollups.names n using (name_no)
         where segment_no <= segments
         union all
        select 'subject_counts', hours, bucket, 0, login_no,
               format('about %s %L, category %L, brand %L', s.kind, s.product_key, s.category, s.brand),
               to_jsonb(c) - '{hours,login_no,subject_no,bucket}'::text[]
          from pg_temp.compared
          join rollups.subject_counts c using (hours, bucket)
          left join rollups.subjects s using (subject_no)
         union all
        select 'presence', hours, bucket, segment_no, login_no, 'block ' || block,
               jsonb_build_object('clients', (select array_agg(p order by p) from unnest(clients) p), 'users', (select array_agg(p order by p) from unnest(users) p),
                                  'client_bits', md5(client_bits::text), 'user_bits', md5(user_bits::text))
          from pg_temp.compared
          join rollups.presence using (hours, bucket)
         where segment_no <= segments
         union all
        select 'visits', hours, bucket, segment_no, login_no, 'sessions',
               to_jsonb(v) - '{segment_no,hours,login_no,bucket,lasted_seconds,lasted_sessions,wait2_seconds,wait2_sessions,wait3_seconds,wait3_sessions,wait4_seconds,wait4_sessions}'::text[]
               || s.seconds
          from seconds s
          join rollups.visits v using (segment_no, hours, bucket, login_no)
    )
    select h.rollup,
           format('%s from %s, %slogin %s, %s', case h.hours when 1 then 'hour' when 24 then 'day' else 'week' end, h.bucket at time zone 'UTC',
                  case s.kind when 'c' then 'category ' when 'b' then 'brand ' when 'p' then 'product ' end || s.value || ', ',
                  case h.login_no when -1 then 'any' else metrics.login_name(h.login_no) end, h.place),
           h.held::text
      from held h
      left join rollups.segments s using (segment_no)
     union all
    select 'sessions', 'session ' || session_id, (to_jsonb(s) - 'session_id')::text
      from rollups.sessions s where first_at >= $1 and first_at < $1 + interval '24 hours'
     union all
    select 'checkouts', 'event ' || event_id, (to_jsonb(c) - 'event_id')::text
      from rollups.checkouts c where event_timestamp >= $1 and event_timestamp < $1 + interval '24 hours'
     union all
    select 'checkout_items', format('event %s, %s', event_id, product_key), (to_jsonb(i) - '{event_id,product_key}'::text[])::text
      from rollups.checkout_items i where event_timestamp >= $1 and event_timestamp < $1 + interval '24 hours'
$$;

-- The days that the rollups hold something of.
create function rollups.days() returns setof timestamptz
language sql stable
as $$ select distinct metrics.bucket_of(24::smallint, bucket) from rollups.filled where hours = 1 $$;

-- What the rollups hold of a day and its events do not come to, or the other way round; no row when
-- they agree, nor when the day waits for a refresh. The day is counted anew, and that is undone.
create function rollups.verify_day(day timestamptz)
returns table (rollup text, place text, kept text, counted text)
language plpgsql security definer set search_path = pg_catalog, pg_temp set work_mem = '64MB'
as $$
declare
    differences jsonb;
begin
    if exists (select from rollups.todo t where t.day = verify_day.day)
       or exists (
           select from rollups.stale s
            where s.hour >= verify_day.day and s.hour < verify_day.day + interval '24 hours'
               or exists (select from rollups.sessions o where o.session_id = s.session_id
                             and o.first_at >= verify_day.day and o.first_at < verify_day.day + interval '24 hours')) then
        return;
    end if;
    begin
        create temporary table compared on commit drop as
        select f.hours, f.bucket, f.segments
          from rollups.filled f
         where f.hours = 1 and f.bucket >= verify_day.day and f.bucket < verify_day.day + interval '24 hours'
            or f.hours > 1 and f.bucket = metrics.bucket_of(f.hours, verify_day.day);
        create temporary table before on commit drop as select * from rollups.rows_of(verify_day.day);

        insert into rollups.todo values (verify_day.day);
        perform rollups.refresh_day(verify_day.day);
        perform rollups.fill_bucket(24::smallint, 1::smallint, c.bucket) from pg_temp.compared c where c.hours = 24;
        perform rollups.fill_bucket(168::smallint, 24::smallint, c.bucket) from pg_temp.compared c where c.hours = 168;

        differences := (
            select jsonb_agg(jsonb_build_object('rollup', coalesce(b.rollup, a.rollup), 'place', coalesce(b.place, a.place),
                                                'kept', b.held, 'counted', a.held))
              from pg_temp.before b
              full join rollups.rows_of(verify_day.day) a on a.rollup = b.rollup and a.place = b.place
             where a.held is distinct from b.held);
        raise exception using errcode = 'UNDO0';
    exception
        when sqlstate 'UNDO0' then null;
    end;
    return query
    select d.rollup, d.place, coalesce(d.kept, 'nothing'), coalesce(d.counted, 'nothing')
      from jsonb_to_recordset(differences) d (rollup text, place text, kept text, counted text)
     order by 1, 2;
end
$$;
