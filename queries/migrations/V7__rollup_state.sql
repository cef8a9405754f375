-- What becomes of the rollups when events are not inserted but changed, and how
-- they are filled from a table that had events before them.

-- Events that change or go: the rollups are no longer believed until they are
-- filled again, and answers come from events meanwhile.
create function rollups.distrust() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    if exists (select from gone) then
        -- Ready or not: a rebuild that is under way has the row, and this waits for it.
        update rollups.state set ready = false;
    end if;
    return null;
end
$$;
create trigger rollups_6_update after update on public.clickstream_events
    referencing old table as gone for each statement execute function rollups.distrust();
create trigger rollups_6_delete after delete on public.clickstream_events
    referencing old table as gone for each statement execute function rollups.distrust();

-- No events: rollups of none.
create function rollups.empty() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    truncate rollups.words, rollups.event_counts, rollups.scopes, rollups.subjects,
             rollups.subject_counts, rollups.people, rollups.scope_hours, rollups.people_spans,
             rollups.sessions, rollups.session_counts, rollups.session_seconds, rollups.session_stays, rollups.days
             restart identity;
    update rollups.state set ready = true where not ready;
    return null;
end
$$;
create trigger rollups_6_truncate after truncate on public.clickstream_events
    for each statement execute function rollups.empty();

-- Events pass through here to be counted as if they had just arrived.
create unlogged table rollups.refill (like public.clickstream_events);
create trigger rollups_0_turn before insert on rollups.refill
    for each statement execute function rollups.take_turn();
create trigger rollups_1_numbers after insert on rollups.refill
    referencing new table as fresh for each statement execute function rollups.number_events();
create trigger rollups_2_counts after insert on rollups.refill
    for each statement execute function rollups.add_counts();
create trigger rollups_3_hours after insert on rollups.refill
    for each statement execute function rollups.add_hours();
create trigger rollups_4_sessions after insert on rollups.refill
    referencing new table as fresh for each statement execute function rollups.add_sessions();
create trigger rollups_5_days after insert on rollups.refill
    for each statement execute function rollups.close_days();

-- Filling is one transaction: begin_rebuild, rebuild for each stretch of time,
-- commit. Readers see the rollups of before until then, and writers wait.
create function rollups.begin_rebuild() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
    perform pg_advisory_xact_lock(4823190017);
    -- From here on, whoever changes events waits before saying so.
    update rollups.state set ready = true;
    delete from rollups.words;
    delete from rollups.event_counts;
    delete from rollups.scopes;
    delete from rollups.subjects;
    delete from rollups.subject_counts;
    delete from rollups.people;
    delete from rollups.scope_hours;
    delete from rollups.people_spans;
    delete from rollups.sessions;
    delete from rollups.session_counts;
    delete from rollups.session_seconds;
    delete from rollups.session_stays;
    delete from rollups.days;
    alter sequence rollups.words_word_no_seq restart;
    alter sequence rollups.scopes_scope_no_seq restart;
    alter sequence rollups.subjects_subject_no_seq restart;
    alter sequence rollups.people_person_no_seq restart;
end
$$;

-- How many events there were.
create function rollups.rebuild(from_time timestamptz, to_time timestamptz) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
    counted bigint;
begin
    insert into rollups.refill
    select * from public.clickstream_events where event_timestamp >= from_time and event_timestamp < to_time;
    get diagnostics counted = row_count;
    truncate rollups.refill;
    return counted;
end
$$;
