-- Rollups: sums that make answers fast. Nothing is in them that the events and their context do
-- not say, so they can be dropped and made again at any time.
--
-- A row is a function of the events of its bucket (event_counts, subject_counts, presence), or of
-- the sessions that begin in its bucket (visits). It is deleted and computed again, never added
-- to. Buckets are hours (1), quarters of days (6), days (24) and weeks (168, from Monday), UTC.

create table rollups.settings (
    only_row       boolean primary key default true check (only_row),
    -- A session id with more events is no session.
    session_events integer not null default 5000,
    -- A category, brand or product gets a segment at this many events a day, up to a number a kind.
    busy_events    integer not null default 1000,
    max_segments   integer not null default 500,
    -- With more sessions waiting in the log answers come from events.
    max_stale      integer not null default 20000
);
insert into rollups.settings default values;

-- Held by the one who refreshes; only owner and loader may lock it.
create table rollups.turn ();

-- What is looked at often enough to have rollups of its own: the shop (a), a category (c), a brand
-- (b), a product (p). A bucket was filled with the segments up to a number (see `filled`).
create table rollups.segments (
    segment_no integer primary key,
    kind       "char" not null,
    value      text collate "C" not null,
    unique (kind, value)
);
insert into rollups.segments values (0, 'a', '');

-- Dictionaries: what repeats, once, with a number.
create table rollups.names (
    name_no integer generated always as identity (start with 100) primary key,
    name    text collate "C" not null,
    key     text collate "C" not null unique
);
-- SQL refers to these by number: 1 product_view, 2 add_to_cart_click, 3 checkout_start, 4 checkout_complete,
-- 5 page_view; 0 in event_counts: all names together.
insert into rollups.names overriding system value
select n, name, name
  from unnest('{product_view,add_to_cart_click,checkout_start,checkout_complete,page_view}'::text[]) with ordinality s (name, n);

create table rollups.people (
    person_no integer generated always as identity (minvalue 0) primary key,
    kind      "char" not null,      -- c: client, u: user
    key       text collate "C" not null
);
-- Texts are long, and only looked up: a hash takes half the room. Only refresh writes here, so it need not be unique.
create index on rollups.people using hash (key);

-- What events are about: a product (p) with its category and brand, a category (c), a brand (b), a
-- category of a brand (x).
create table rollups.subjects (
    subject_no  integer generated always as identity primary key,
    kind        "char" not null,
    product_key text collate "C",
    category    text collate "C",
    brand       text collate "C",
    key         uuid not null unique
);

-- All names together (name 0) also have a row of all login states together (login state -1).
create table rollups.event_counts (
    segment_no integer, hours smallint, login_no smallint, name_no integer, bucket timestamptz,
    events integer not null,
    -- Those with a product of their own.
    product_events integer not null,
    -- Of checkout_complete: the orders among them, those with an amount, those whose items are from
    -- the cart; units and money of what the segment has of them.
    orders bigint, priced bigint, inferred bigint, units bigint, revenue numeric,
    primary key (hours, bucket, segment_no, login_no, name_no)
);

-- In longer buckets all login states together also have a row (login state -1).
create table rollups.subject_counts (
    hours smallint, kind "char", login_no smallint, subject_no integer, bucket timestamptz,
    last_at timestamptz not null,
    events integer not null, views integer not null, carts integer not null, orders integer not null,
    units bigint not null, revenue numeric not null,
    primary key (hours, bucket, kind, subject_no, login_no)
);

-- Who was there: of an hour the numbers (block -1); of longer buckets bits, 16,384 people a row, and
-- those of all login states (-1) together.
create table rollups.presence (
    segment_no integer, hours smallint, login_no smallint, block integer, bucket timestamptz,
    clients integer[], users integer[], client_bits bit(16384), user_bits bit(16384),
    primary key (hours, bucket, segment_no, login_no, block)
) with (toast_tuple_target = 128);
alter table rollups.presence alter column client_bits set storage main, alter column user_bits set storage main;

-- What the sessions that began in a bucket did in a segment, whenever. A session of several login states
-- is counted as a whole under -1, and what it did in state n under 10 + n; in longer buckets all sessions
-- together also under -2.
-- Three arrays side by side: how many sessions (`counts`) took so many `seconds`; measure 1: they lasted,
-- 2 to 4: they waited for that step of the standard funnel.
create table rollups.visits (
    segment_no integer, hours smallint, login_no smallint, bucket timestamptz,
    sessions integer not null, events bigint not null, entered integer not null, carted integer not null,
    abandoned integer not null, converted integer not null, engaged integer not null, new_sessions integer not null,
    measures smallint[], seconds integer[], counts integer[],
    primary key (hours, bucket, segment_no, login_no)
) with (toast_tuple_target = 512);

-- Session ids keep the collation of the events' column: compared under another one they could not be
-- looked up by its index.
--
-- A row for each session: what all its events say.
create table rollups.sessions (
    first_at timestamptz not null, last_at timestamptz not null,
    lasted integer not null, wait2 integer, wait3 integer, wait4 integer,
    events integer not null,
    origin_no integer, agent_no integer, entry_page integer, exit_page integer,
    span smallint not null,              -- 0: an hour at most, 1: a day, 2: longer
    login_no smallint not null,          -- -1: several
    member smallint not null,            -- 0 anonymous, 1 guest, 2 logged in
    is_new boolean not null, entered boolean not null, carted boolean not null, abandoned boolean not null,
    converted boolean not null, engaged boolean not null,
    session_id text not null
);
create index on rollups.sessions using hash (session_id);
create index on rollups.sessions (span, first_at, last_at);

-- Ids that too many events carry to be sessions. A hash takes an id of any length; only refresh writes
-- here, so it need not be unique.
create table rollups.long_sessions (session_id text not null);
create index on rollups.long_sessions using hash (session_id);

-- What metrics.checkouts says of each checkout, and of each product that it is about.
create table rollups.checkouts (
    event_id uuid primary key, event_timestamp timestamptz not null, session_id text,
    is_order boolean not null, amount numeric, units bigint, is_inferred boolean not null
);
create index on rollups.checkouts using hash (session_id);
create index on rollups.checkouts (event_timestamp);

create table rollups.checkout_items (
    event_id uuid, event_timestamp timestamptz not null,
    product_key text collate "C", product_id text, product_name text, category text, brand text,
    quantity bigint not null, revenue numeric
);
create index on rollups.checkout_items (event_id);
create index on rollups.checkout_items (event_timestamp);

-- Buckets whose rows are there, with the segments up to this one.
create table rollups.filled (hours smallint, bucket timestamptz, segments integer not null, primary key (hours, bucket));
-- Days to be counted from nothing: all of them at first.
create table rollups.todo (day timestamptz primary key);
-- The log: hours and sessions in which events changed.
create table rollups.stale (hour timestamptz, session_id text);
