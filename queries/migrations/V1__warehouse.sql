-- The warehouse: the events, and the books that the loader keeps about them.
-- The schemas `etl` and `metrics` are made before the first migration, because
-- the history of migrations itself lives in `etl`.

-- A table of this shape that is there already is taken over as it is, with its
-- rows, its indexes and its owner; `migrate` has compared the shapes by now.
do $$
begin
    if to_regclass('public.clickstream_events') is null then
        create table public.clickstream_events (
            event_id                       uuid primary key,
            event_timestamp                timestamptz not null,
            event_name                     text not null,
            user_id                        text,
            user_login_state               text,
            identity_source                text,
            client_id                      text,
            session_id                     text,
            is_first_visit                 boolean,
            context_product_id             text,
            context_product_name           text,
            context_product_category       text,
            context_product_brand          text,
            context_product_price          bigint,
            context_product_discount_price bigint,
            context_product_url_path       text
        );
        alter table public.clickstream_events owner to sbw_owner;
    end if;
end
$$;

-- Every question names a range of time; newest-first pages walk it backwards.
create index if not exists clickstream_events_time_idx
    on public.clickstream_events (event_timestamp, event_id);

-- Rows that were in the table before the ledger existed. Together with the
-- ledger they explain every row: count(events) = baseline + sum(inserted).
create table etl.baseline (
    only_row boolean primary key default true check (only_row),
    events   bigint not null,
    taken_at timestamptz not null default now()
);
insert into etl.baseline (events) select count(*) from public.clickstream_events;

create table etl.runs (
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
create index runs_started_idx on etl.runs (started_at desc);

-- One row per loaded object, committed with its events: the object is loaded
-- if and only if its row is here. No foreign key to runs: it would cost a row
-- lock per object, and runs are never deleted.
create table etl.ledger (
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
create table etl.rejects (
    object_key  text collate "C" not null,
    event_index integer not null check (event_index >= -1),
    reason      text not null,
    excerpt     text not null,
    run_id      bigint not null,
    rejected_at timestamptz not null default now(),
    primary key (object_key, event_index)
);
create index rejects_newest_idx on etl.rejects (rejected_at desc);
