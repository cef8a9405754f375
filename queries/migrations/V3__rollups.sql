-- Rollups: what is kept beside the events so that an answer does not read them
-- all. They hold nothing that the events do not, and may be thrown away and
-- filled again at any time. Hours and days are those of UTC; events of no year from 1
-- to 9999 are in none of them. In all of them '' stands for NULL and ''.

create function rollups.in_calendar(instant timestamptz) returns boolean
language sql immutable parallel safe
as $$ select $1 >= '0001-01-01T00:00:00Z'::timestamptz and $1 < '10000-01-01T00:00:00Z'::timestamptz $$;

-- Whether the rollups say what the events say. If not, answers come from events.
create table rollups.state (
    only_row boolean primary key default true check (only_row),
    ready    boolean not null
);
insert into rollups.state (ready) select not exists (select from public.clickstream_events);

-- A session's events are read together: when one more arrives, and to show them.
-- Equal keys share their index entries, so this costs a tenth of the time index.
create index if not exists clickstream_events_session_idx
    on public.clickstream_events (session_id) where session_id <> '';

-- Texts that repeat without end, as numbers: login states and event names. Hash
-- indexes here and below: text from outside may be longer than a tree takes.
create table rollups.words (
    word_no integer generated always as identity primary key,
    word    text collate "C" not null
);
create index words_word_idx on rollups.words using hash (word);

-- What adds up: an hour's or a day's events by name, and what was bought.
create table rollups.event_counts (
    grain      "char" not null,
    bucket     timestamptz not null,
    login_no   integer not null,
    name_no    integer not null,
    events     bigint not null,
    priced     bigint not null,
    revenue    numeric not null,
    primary key (grain, bucket, login_no, name_no)
);

-- An hour in one row for each login state: for charts over many hours.
create table rollups.hour_counts (
    hour      timestamptz not null,
    login_no  integer not null,
    events    bigint not null,
    completes bigint not null,
    primary key (hour, login_no)
);

-- What an event can be about: the four columns that say it, in one number.
create table rollups.subjects (
    subject_no integer generated always as identity primary key,
    product_id text collate "C" not null,
    name       text collate "C" not null,
    category   text collate "C" not null,
    brand      text collate "C" not null
);
create index subjects_product_idx on rollups.subjects using hash (product_id);
create index subjects_category_idx on rollups.subjects using hash (category);
create index subjects_brand_idx on rollups.subjects using hash (brand);

create table rollups.subject_counts (
    grain         "char" not null,
    subject_no    integer not null,
    bucket        timestamptz not null,
    login_no      integer not null,
    events        bigint not null,
    product_views bigint not null,
    carts         bigint not null,
    starts        bigint not null,
    completes     bigint not null,
    priced        bigint not null,
    revenue       numeric not null,
    last_at       timestamptz not null,
    primary key (grain, subject_no, bucket, login_no)
);

create table rollups.subject_events (
    subject_no integer not null,
    day        timestamptz not null,
    login_no   integer not null,
    name_no    integer not null,
    events     bigint not null,
    primary key (subject_no, day, login_no, name_no)
);

-- Clients and users, numbered in the order they appeared, so that a set of them
-- is a string of bits and a count of distinct ones is a union.
create table rollups.people (
    person_no integer generated always as identity (minvalue 0) primary key,
    kind      "char" not null,
    id        text not null
);
create index people_id_idx on rollups.people using hash (id);

create table rollups.people_hours (
    hour     timestamptz not null,
    login_no integer not null,
    kind     "char" not null,
    people   integer[] not null,
    primary key (hour, login_no, kind)
);

-- A kilobyte of bits for each 8,192 people. Without a login state: in whichever.
create table rollups.people_days (
    day      timestamptz not null,
    login_no integer,
    kind     "char" not null,
    block    integer not null,
    people   bit(8192) not null,
    unique nulls not distinct (day, login_no, kind, block)
);
alter table rollups.people_days alter column people set storage plain;

-- Sessions. One with a single login state is one row with that `login_no`. One with
-- several is a row without, and a row for each state with what it did in it
-- (`is_part`): all sessions are the rows that are no part, those of a login
-- state the rows with it.
create table rollups.sessions (
    session_id    text not null,
    first_at      timestamptz not null,
    last_at       timestamptz not null,
    hours         timestamptz[] not null,
    -- Whole seconds from a step of the standard funnel to the next.
    wait2         bigint,
    wait3         bigint,
    wait4         bigint,
    events        bigint not null,
    carts         bigint not null,
    completes     bigint not null,
    -- Lasted 4^span hours at most: bounds the search for those open at an instant.
    span          smallint not null,
    reached       smallint not null,
    is_part       boolean not null,
    is_new        boolean not null,
    login_no      integer
);
create index sessions_id_idx on rollups.sessions (session_id);
create index sessions_first_idx on rollups.sessions (first_at);
create index sessions_long_idx on rollups.sessions (span, first_at) where span > 0;

-- The sessions that began in an hour or a day.
create table rollups.session_counts (
    grain        "char" not null,
    bucket       timestamptz not null,
    is_part      boolean not null,
    login_no     integer,
    sessions     bigint not null,
    events       bigint not null,
    carted       bigint not null,
    converted    bigint not null,
    abandoned    bigint not null,
    bounces      bigint not null,
    new_sessions bigint not null,
    reached      bigint[] not null,
    unique nulls not distinct (grain, bucket, is_part, login_no)
);

-- How many of a day's sessions lasted so many seconds (measure 1), or waited so
-- long before step 2, 3 or 4. Once by exact seconds and once by steps of them:
-- the steps find where a percentile is, the seconds say what it is.
create table rollups.session_seconds (
    measure  smallint not null,
    is_exact boolean not null,
    day      timestamptz not null,
    seconds  bigint not null,
    is_part  boolean not null,
    login_no integer,
    sessions bigint not null,
    unique nulls not distinct (measure, is_exact, day, seconds, is_part, login_no)
);

-- How many sessions were active in an hour, by the hour they had been active in
-- before: those of a stretch of hours are the ones that came from before it.
create table rollups.session_hours (
    hour     timestamptz not null,
    previous timestamptz not null,
    is_part  boolean not null,
    login_no integer,
    sessions bigint not null,
    unique nulls not distinct (hour, previous, is_part, login_no)
);

-- The step of seconds that a duration falls into, named by its start. The ends
-- of the duration histogram are ends of steps.
create function rollups.coarse(seconds bigint) returns bigint
language sql immutable parallel safe
as $$
    select case when $1 <= 1800
                then (array[0,1,2,3,4,5,6,7,8,9,10,11,16,21,26,31,36,41,46,51,56,61,76,91,106,121,136,151,166,181,196,211,226,241,256,271,286,
                            301,331,361,391,421,451,481,511,541,571,601,631,661,691,721,751,781,811,841,871,
                            901,961,1021,1081,1141,1201,1261,1321,1381,1441,1501,1561,1621,1681,1741])[
                      width_bucket($1::integer, array[0,1,2,3,4,5,6,7,8,9,10,11,16,21,26,31,36,41,46,51,56,61,76,91,106,121,136,151,166,181,196,211,226,241,256,271,286,
                            301,331,361,391,421,451,481,511,541,571,601,631,661,691,721,751,781,811,841,871,
                            901,961,1021,1081,1141,1201,1261,1321,1381,1441,1501,1561,1621,1681,1741])]
                -- Beyond half an hour, eight steps for each doubling.
                else ($1 - 1801) >> greatest(floor(log(2, greatest($1 - 1801, 1)))::integer - 3, 6) << greatest(floor(log(2, greatest($1 - 1801, 1)))::integer - 3, 6)
            end + case when $1 <= 1800 then 0 else 1801 end
$$;
