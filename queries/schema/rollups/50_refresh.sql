-- Refresh: takes the log and computes again what it names. One call does one piece of work: the changed
-- hours of a day, or a longer bucket out of shorter ones.

-- Counts the changed hours of a day, and the sessions that changed in them. Returns the number of events read.
create function rollups.refresh_day(day timestamptz) returns bigint
language plpgsql as $$
declare
    known integer;
begin
    perform rollups.stage_day(day);
    perform rollups.stage_checkouts();
    perform rollups.stage_visitors();
    perform rollups.number_values();
    perform rollups.number_events();
    known := rollups.admit_segments();

    perform rollups.write_counts();
    perform rollups.write_presence();
    perform rollups.stage_facts();
    perform rollups.write_sessions();
    perform rollups.write_visits();

    -- Sums of what changed are not right any more. Hours of other days are filled only if they were.
    delete from rollups.filled f
     using (select hour from pg_temp.hours union select hour from pg_temp.start_hours) h
     where f.hours > 1 and f.bucket = metrics.bucket_of(f.hours, h.hour);
    -- The other hours of the day have no events, or were filled before. Segments that are new are in all
    -- rollups of an hour when its events and the sessions that began in it were counted.
    insert into rollups.filled
    select 1, hour, known from generate_series(day, day + interval '23 hours', '1 hour') hour
    on conflict (hours, bucket) do update set segments = excluded.segments
     where exists (select from pg_temp.hours h where h.hour = excluded.bucket) and exists (select from pg_temp.start_hours h where h.hour = excluded.bucket);
    return (select count(*) from pg_temp.seen);
end
$$;

-- The next piece of work, done; no row when there is none. `events`: read for it.
-- In a transaction of isolation level repeatable read that holds rollups.turn: what others insert
-- meanwhile stays in the log.
create function rollups.refresh_next(out work text, out bucket timestamptz, out events bigint) returns setof record
language plpgsql security definer set search_path = pg_catalog, pg_temp set work_mem = '128MB' as $$
declare
    last_hour constant timestamptz := (select max(f.bucket) from rollups.filled f where f.hours = 1);
    longer record;
begin
    if current_setting('transaction_isolation') <> 'repeatable read'
       or not exists (select from pg_locks where relation = 'rollups.turn'::regclass and mode = 'ExclusiveLock' and pid = pg_backend_pid() and granted) then
        raise exception 'refresh in a repeatable read transaction that begins with: lock table rollups.turn in exclusive mode';
    end if;
    bucket := (select metrics.bucket_of(24::smallint, min(at)) from (select min(hour) as at from rollups.stale union all select min(day) from rollups.todo) t);
    if bucket is not null then
        work := 'hours';
        events := rollups.refresh_day(bucket);
        return next;
        return;
    end if;

    -- A longer bucket whose parts are all filled; those that reach into the newest day wait.
    select l.hours, l.of_hours, f.bucket, l.work into longer
      from (values (6, 1, 'quarter of a day'), (24, 1, 'day'), (168, 24, 'week')) l (hours, of_hours, work)
     cross join lateral (
         select metrics.bucket_of(l.hours::smallint, f.bucket) as bucket
           from rollups.filled f where f.hours = l.of_hours group by 1 having count(*) = l.hours / l.of_hours) f
     where f.bucket + make_interval(hours => l.hours) <= metrics.bucket_of(24::smallint, last_hour)
       and not exists (select from rollups.filled o where o.hours = l.hours and o.bucket = f.bucket)
     order by l.hours, f.bucket
     limit 1;
    if found then
        perform rollups.fill_bucket(longer.hours::smallint, longer.of_hours::smallint, longer.bucket);
        work := longer.work;
        bucket := longer.bucket;
        events := 0;
        return next;
    elsif rollups.find_unlogged() > 0 then
        return query select * from rollups.refresh_next();
    end if;
end
$$;

-- What refresh still has to do.
create function rollups.pending(out hours bigint, out days bigint, out log_rows bigint)
language sql stable as $$
    select (select count(distinct hour) from rollups.stale), (select count(*) from rollups.todo), (select count(*) from rollups.stale)
$$;

-- The days that have events, each found by one look into the index of time.
create function rollups.days_with_events() returns setof timestamptz
language sql stable as $$
    with recursive days (day) as (
        select (select metrics.bucket_of(24::smallint, event_timestamp) from public.clickstream_events
                 where metrics.in_calendar(event_timestamp) order by event_timestamp limit 1)
         union all
        select (select metrics.bucket_of(24::smallint, event_timestamp) from public.clickstream_events
                 where event_timestamp >= d.day + interval '24 hours' and metrics.in_calendar(event_timestamp) order by event_timestamp limit 1)
          from days d where d.day is not null
    )
    select day from days where day is not null
$$;

-- Empties the rollups. Answers come from events until refresh has filled them again, day by day.
create function rollups.begin_rebuild() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    truncate rollups.people, rollups.subjects, rollups.event_counts, rollups.subject_counts, rollups.presence, rollups.visits,
        rollups.sessions, rollups.long_sessions, rollups.checkouts, rollups.checkout_items, rollups.filled, rollups.todo, rollups.stale
        restart identity;
    delete from rollups.segments where segment_no > 0;
    -- All but the names that have a number of their own (10_tables.sql).
    delete from rollups.names where name_no >= 100;
    insert into rollups.todo select rollups.days_with_events();
end
$$;

-- Days whose events are not as many as were counted: rows that came past the triggers. They are
-- counted from nothing at the next refresh; what they change elsewhere, of sessions and orders, is
-- logged. Only compared when the log is empty: how many events there are, and the sum of the numbers of
-- their hours, so that as many deleted in one hour as inserted in another are noticed. Rows that were
-- updated past the triggers, or replaced within their hour, are not found: `verify` finds them, and they
-- need a rebuild.
create function rollups.find_unlogged() returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    wrong_days timestamptz[];
begin
    if exists (select from pg_trigger where tgrelid = 'public.clickstream_events'::regclass and tgname like 'rollups\_%' and tgenabled <> 'A') then
        begin
            perform rollups.enable_triggers();
        exception when insufficient_privilege then
            -- A table that was taken over belongs to another: `migrate` does it as an operator.
            null;
        end;
    end if;
    if exists (select from rollups.stale) or exists (select from rollups.todo)
       or (select row(count(*), coalesce(sum(floor(date_part('epoch', event_timestamp) / 3600)), 0))
             from public.clickstream_events where metrics.in_calendar(event_timestamp))
          = (select row(coalesce(sum(events), 0)::bigint, coalesce(sum(events * floor(date_part('epoch', bucket) / 3600)), 0))
               from rollups.event_counts where segment_no = 0 and hours = 1 and login_no = -1) then
        return 0;
    end if;
    wrong_days := array(
        select day
          from (select metrics.bucket_of(24::smallint, event_timestamp) as day, count(*) as events
                  from public.clickstream_events where metrics.in_calendar(event_timestamp) group by 1) e
          full join (select metrics.bucket_of(24::smallint, bucket) as day, sum(events) as events
                       from rollups.event_counts where segment_no = 0 and hours = 1 and login_no = -1 group by 1) c using (day)
         where e.events is distinct from c.events);
    insert into rollups.todo select unnest(wrong_days) on conflict do nothing;
    delete from rollups.filled f
     using unnest(wrong_days) w (day)
     where f.bucket < w.day + interval '24 hours' and f.bucket + make_interval(hours => f.hours) > w.day;
    insert into rollups.stale
    select distinct metrics.bucket_of(1::smallint, e.event_timestamp), e.session_id
      from unnest(wrong_days) w (day)
     cross join lateral (
         select * from public.clickstream_events e where e.event_timestamp >= w.day and e.event_timestamp < w.day + interval '24 hours' offset 0) e
     where exists (select from rollups.sessions s where s.session_id = e.session_id)
        or exists (select from rollups.long_sessions l where l.session_id = e.session_id)
     union
    select w.day, s.session_id from unnest(wrong_days) w (day) cross join lateral metrics.sessions_open_between(w.day, w.day + interval '24 hours') s;
    perform rollups.log_orders(array(
        select e.event_id
          from unnest(wrong_days) w (day)
         cross join lateral (
             select event_id from public.clickstream_events e
              where e.event_timestamp >= w.day and e.event_timestamp < w.day + interval '24 hours' and e.event_name = 'checkout_complete'
              union
             select event_id from rollups.checkouts k
              where k.event_timestamp >= w.day and k.event_timestamp < w.day + interval '24 hours') e));
    return cardinality(wrong_days);
end
$$;

insert into rollups.todo select rollups.days_with_events();
