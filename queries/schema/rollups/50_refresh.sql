-- Refresh: takes the log and selects again what it names. One call does one piece of work: the changed
-- hours of a day, or a day out of its hours, or a week out of its days.

-- The changed hours of a day, and the sessions that changed in them. The number of events read.
create function rollups.refresh_day(day timestamptz) returns bigint
language plpgsql
as $$
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
    -- The other hours of this day have no events, or they would be in the log.
    insert into rollups.filled
    select 1, hour, known from generate_series(day, day + interval '23 hours', '1 hour') hour
    on conflict (hours, bucket) do update set segments = excluded.segments
     where exists (select from pg_temp.hours h where h.hour = excluded.bucket);
    return (select count(*) from pg_temp.seen);
end
$$;

-- The next piece of work, done; no row when there is none. `events`: read for it.
-- In a transaction of isolation level repeatable read that holds rollups.turn: what others insert
-- meanwhile stays in the log.
create function rollups.refresh_next(out work text, out bucket timestamptz, out events bigint) returns setof record
language plpgsql security definer set search_path = pg_catalog, pg_temp set work_mem = '64MB'
as $$
declare
    last_day constant timestamptz := (select max(f.bucket) from rollups.filled f where f.hours = 1);
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

    -- A day whose 24 hours are filled, but for the newest; a week whose seven days are.
    select w.work, w.bucket into work, bucket
      from (select 'day' as work, d.bucket
              from (select metrics.bucket_of(24::smallint, f.bucket) as bucket, count(*) as parts from rollups.filled f where f.hours = 1 group by 1) d
             where d.parts = 24 and d.bucket < metrics.bucket_of(24::smallint, last_day)
               and not exists (select from rollups.filled f where f.hours = 24 and f.bucket = d.bucket)
             union all
            select 'week', w.bucket
              from (select metrics.bucket_of(168::smallint, f.bucket) as bucket, count(*) as parts from rollups.filled f where f.hours = 24 group by 1) w
             where w.parts = 7
               and not exists (select from rollups.filled f where f.hours = 168 and f.bucket = w.bucket)) w
     order by w.work, w.bucket limit 1;
    if work is not null then
        perform rollups.fill_bucket(case work when 'day' then 24 else 168 end::smallint, case work when 'day' then 1 else 24 end::smallint, bucket);
        events := 0;
        return next;
    elsif rollups.find_unlogged() > 0 then
        return query select * from rollups.refresh_next();
    end if;
end
$$;

-- What refresh still has to do.
create function rollups.pending(out hours bigint, out days bigint, out log_rows bigint)
language sql stable
as $$
    select (select count(distinct hour) from rollups.stale), (select count(*) from rollups.todo), (select count(*) from rollups.stale)
$$;

-- The days that have events, each found by one look into the index of time.
create function rollups.days_with_events() returns setof timestamptz
language sql stable
as $$
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
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
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
-- counted from nothing at the next refresh. Only compared when the log is empty.
create function rollups.find_unlogged() returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    found_days bigint := 0;
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
       or (select count(*) from public.clickstream_events where metrics.in_calendar(event_timestamp))
          = (select coalesce(sum(events), 0) from rollups.event_counts where segment_no = 0 and hours = 1 and name_no = 0) then
        return 0;
    end if;
    with wrong as (
        select day
          from (select metrics.bucket_of(24::smallint, event_timestamp) as day, count(*) as events
                  from public.clickstream_events where metrics.in_calendar(event_timestamp) group by 1) e
          full join (select metrics.bucket_of(24::smallint, bucket) as day, sum(events) as events
                       from rollups.event_counts where segment_no = 0 and hours = 1 and name_no = 0 group by 1) c using (day)
         where e.events is distinct from c.events
    ),
    emptied as (
        delete from rollups.filled f using wrong w where f.bucket = metrics.bucket_of(f.hours, w.day) or f.hours = 1 and f.bucket >= w.day and f.bucket < w.day + interval '24 hours'
    )
    insert into rollups.todo select day from wrong on conflict do nothing;
    get diagnostics found_days = row_count;
    return found_days;
end
$$;

insert into rollups.todo select rollups.days_with_events();
