-- Which version of an object is loaded, and which objects wait.

-- An object may be stored again under its key; its ETag tells one content from another. Objects
-- that were loaded before this migration have none, and are compared by size and time.
alter table etl.ledger
    add column etag        text collate "C",
    add column loads       integer not null default 1,
    add column reloaded_at timestamptz;

-- Of `objects`, those that were loaded before, in another version.
alter table etl.runs add column reloaded bigint not null default 0;

-- Objects that are not loaded yet and go last in a run, with all that a listing says of them.
create table etl.waiting (
    object_key    text collate "C" primary key,
    size_bytes    bigint not null,
    last_modified timestamptz not null,
    etag          text collate "C",
    -- Put aside, because this network's events had their share of a run; NULL: it cannot be read.
    network       text,
    -- Why it cannot be read, and in how many runs that others could be read in.
    reason        text,
    failures      integer not null default 0,
    -- The last run that left it here.
    run_id        bigint not null,
    waiting_since timestamptz not null default now(),
    check (network is not null or reason is not null)
);
