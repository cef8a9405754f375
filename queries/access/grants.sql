-- Who may do what, from nothing up, so that a right that was given by hand and
-- is not in this list is gone after it.
do $$
declare
    thing record;
begin
    -- Temporary tables of strangers fill the disk.
    execute format('revoke temporary on database %I from public, sbw_reader', current_database());
    execute format('grant connect, temporary on database %I to sbw_loader', current_database());
    -- A refresh, which runs with the owner's rights, works in temporary tables.
    execute format('grant temporary on database %I to sbw_owner', current_database());
    execute format('grant connect on database %I to sbw_reader', current_database());

    revoke all on schema public, etl, context, metrics, rollups from sbw_loader, sbw_reader;
    grant usage on schema public, etl, context, metrics, rollups to sbw_loader, sbw_reader;

    revoke all on public.clickstream_events from sbw_loader, sbw_reader;
    revoke all on all tables in schema etl, context, metrics, rollups from public, sbw_loader, sbw_reader;
    revoke all on all routines in schema etl, context, metrics, rollups from public, sbw_loader, sbw_reader;

    grant select on public.clickstream_events to sbw_owner, sbw_loader, sbw_reader;
    grant select on all tables in schema etl, context, metrics, rollups to sbw_loader, sbw_reader;
    -- Excerpts are what strangers sent, and what was taken out was not to be seen: operators only. Why
    -- something was rejected, and how often, is everybody's.
    revoke select on etl.rejects, etl.waiting, etl.exclusions, etl.excluded_events, etl.erasures from sbw_reader;
    grant select (object_key, event_index, reason, run_id, rejected_at) on etl.rejects to sbw_reader;
    -- The owner takes events out and puts them back (etl.take_out, etl.put_back), also of a table that is
    -- another's.
    grant insert, delete on public.clickstream_events to sbw_owner;

    -- The loader adds events and their context, and never takes one back; its run log it may correct.
    grant insert on public.clickstream_events to sbw_loader;
    grant insert on all tables in schema context to sbw_loader;
    grant insert, update on etl.runs, etl.ledger to sbw_loader;
    grant insert, delete on etl.rejects to sbw_loader;
    grant insert on etl.excluded_events to sbw_loader;
    grant execute on function etl.erasure_digest(bytea, text, text) to sbw_loader;
    -- These take out only what an operator has excluded or erased, and end only readers.
    grant execute on function etl.take_out(text, text), etl.take_out_erased(), etl.end_long_readers(interval) to sbw_loader;
    grant insert, update, delete on etl.waiting to sbw_loader;

    -- It also refreshes: functions with the owner's rights do, one at a time. Until version 16 of the
    -- server, the lock takes more than the right to insert.
    grant update on rollups.turn to sbw_loader;
    grant execute on all routines in schema metrics, rollups to sbw_loader;

    -- Readers ask, and what they ask says of itself that it changes nothing.
    for thing in
        select p.oid::regprocedure as name
          from pg_proc p
          join pg_namespace n on n.oid = p.pronamespace
         where n.nspname in ('metrics', 'rollups')
           and p.prokind <> 'p'
           and p.provolatile <> 'v'
    loop
        execute format('grant execute on function %s to sbw_reader', thing.name);
    end loop;
end
$$;
