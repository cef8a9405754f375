-- What the loader knows of its work: runs, loaded objects, rejects. The schema `etl` is made
-- before the first migration, because the history of migrations itself lives there.

-- Rows that were in the table before the ledger existed. Together with the
-- ledger they explain every row: count(events) = baseline + sum(inserted).
create table if not exists etl.baseline (
    only_row boolean primary key default true check (only_row),
    events   bigint not null,
    taken_at timestamptz not null default now()
);
insert into etl.baseline (events) select count(*) from public.clickstream_events on conflict do nothing;

create table if not exists etl.runs (
    run_id      bigint generated always as identity primary key,
    started_at  timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    -- complete: all that was listed is loaded; incomplete: some is left for the
    -- next run; failed: stopped by an error; interrupted: its process vanished.
    status      text not null default 'running'
                check (status in ('running', 'complete', 'incomplete', 'failed', 'interrupted')),
    trigger     text not null,
    -- What it was asked to load: 'new', or the days or prefix that were named.
    scope       text not null,
    listed      bigint not null default 0,
    new_objects bigint not null default 0,
    objects     bigint not null default 0,
    events      bigint not null default 0,
    inserted    bigint not null default 0,
    duplicates  bigint not null default 0,
    rejected    bigint not null default 0,
    remaining   bigint not null default 0,
    duration_ms bigint not null default 0,
    error       text
);
create index if not exists runs_started_idx on etl.runs (started_at desc);

-- One row per loaded object, committed with its events: the object is loaded
-- if and only if its row is here. No foreign key to runs: it would cost a row
-- lock per object, and runs are never deleted.
create table if not exists etl.ledger (
    object_key    text collate "C" primary key,
    run_id        bigint not null,
    size_bytes    bigint not null,
    last_modified timestamptz not null,
    loaded_at     timestamptz not null default now(),
    events        integer not null,
    inserted      integer not null,
    duplicates    integer not null,
    rejected      integer not null,
    check (events = inserted + duplicates + rejected)
);

-- What could not be loaded, and why. Index -1 is the object as a whole.
create table if not exists etl.rejects (
    object_key  text collate "C" not null,
    event_index integer not null check (event_index >= -1),
    reason      text not null,
    excerpt     text not null,
    run_id      bigint not null,
    rejected_at timestamptz not null default now(),
    primary key (object_key, event_index)
);
create index if not exists rejects_newest_idx on etl.rejects (rejected_at desc);

-- The parts of the schema that are made anew when their files change, and the hash of the files
-- they were made from.
create table etl.schema_parts (
    part       text primary key,
    hash       text not null,
    applied_at timestamptz not null default now()
);
