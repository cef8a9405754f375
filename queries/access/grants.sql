-- Who may do what, from nothing up, so that a right that was given by hand and
-- is not in this list is gone after it.
do $$
begin
    execute format('grant connect, temporary on database %I to sbw_loader', current_database());
    -- Triggers with the owner's rights keep what a statement adds in temporary tables.
    execute format('grant temporary on database %I to sbw_owner', current_database());
    execute format('grant connect on database %I to sbw_reader', current_database());

    revoke all on schema public, etl, metrics, rollups from sbw_loader, sbw_reader;
    grant usage on schema public, etl, metrics, rollups to sbw_loader, sbw_reader;

    revoke all on public.clickstream_events from sbw_loader, sbw_reader;
    revoke all on all tables in schema etl, metrics, rollups from public, sbw_loader, sbw_reader;
    revoke all on all routines in schema etl, metrics, rollups from public, sbw_loader, sbw_reader;

    grant select on public.clickstream_events to sbw_loader, sbw_reader;
    grant select on all tables in schema etl, metrics, rollups to sbw_loader, sbw_reader;
    grant execute on all routines in schema metrics, rollups to sbw_loader, sbw_reader;

    -- Rollups are kept by triggers with the owner's rights; only filling them from
    -- nothing is asked for, and not by readers.
    grant select on public.clickstream_events to sbw_owner;
    revoke execute on function rollups.begin_rebuild(), rollups.rebuild(timestamptz, timestamptz) from sbw_reader;

    -- The loader adds events and never takes one back; its books it may correct.
    grant insert on public.clickstream_events to sbw_loader;
    grant insert, update on etl.runs, etl.ledger to sbw_loader;
    grant insert, delete on etl.rejects to sbw_loader;
end
$$;
