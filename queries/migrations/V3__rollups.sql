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
    ready    boolean not null,
    -- How often they were filled anew: whatever has a number has another then.
    fillings bigint not null default 0,
    -- A scope's day with fewer people or sessions than this is not summed up, nor one
    -- with fewer people than that for each row of bits that everybody takes.
    busy     integer not null default 300,
    dense    integer not null default 24,
    -- Of a session with more events than this no `times` are kept.
    lengthy  integer not null default 1000
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

-- What people look at a shop by: all of it (scope 0), a category, a brand, a
-- product; each is what the filter of that name keeps. Product events without a
-- category or brand are those of 'UNKNOWN'.
create table rollups.scopes (
    scope_no integer generated always as identity primary key,
    kind     "char" not null,
    value    text collate "C" not null
);
create index scopes_value_idx on rollups.scopes using hash (value);

-- What an event can be about: the four columns that say it, in one number, and
-- the scopes that it is in.
create table rollups.subjects (
    subject_no integer generated always as identity primary key,
    product_id text collate "C" not null,
    name       text collate "C" not null,
    category   text collate "C" not null,
    brand      text collate "C" not null,
    scopes     integer[] not null
);
create index subjects_product_idx on rollups.subjects using hash (product_id);
create index subjects_category_idx on rollups.subjects using hash (category);
create index subjects_brand_idx on rollups.subjects using hash (brand);

create table rollups.subject_counts (
    grain         "char" not null,
    subject_no    integer not null,
    bucket        timestamptz not null,
    login_no      integer not null,
    events        integer not null,
    product_views integer not null,
    carts         integer not null,
    starts        integer not null,
    completes     integer not null,
    priced        integer not null,
    revenue       numeric not null,
    last_at       timestamptz not null,
    primary key (grain, subject_no, bucket, login_no)
);

-- Five minutes of everything in one row for each login state, for ranges that begin or end
-- in an hour: how many events of which name, and what was bought; of what they were about,
-- how many of which step of the standard funnel (0: of none), what they brought, and when the
-- last was; the same may be there more than once.
create table rollups.slots (
    slot       timestamptz not null,
    login_no   integer not null,
    names      integer[] not null,
    of_name    integer[] not null,
    priced     integer not null,
    revenue    numeric not null,
    subjects   integer[],
    steps      smallint[],
    of_subject integer[],
    revenues   numeric[],
    last_at    timestamptz[],
    primary key (slot, login_no)
);

-- Clients and users, numbered in the order they appeared, so that a set of them
-- is a string of bits and a count of distinct ones is a union.
create table rollups.people (
    person_no integer generated always as identity (minvalue 0) primary key,
    kind      "char" not null,
    id        text not null
);
create index people_id_idx on rollups.people using hash (id);

-- An hour of a scope in one row for each login state: for charts over many hours, how
-- many events of which name, and who was there; of everything also from when to when each
-- was, for ranges that begin or end in the hour.
create table rollups.scope_hours (
    scope_no     integer not null,
    login_no     integer not null,
    hour         timestamptz not null,
    events       integer not null,
    completes    integer not null,
    names        integer[] not null,
    of_name      integer[] not null,
    clients      integer[],
    clients_from timestamptz[],
    clients_to   timestamptz[],
    users        integer[],
    users_from   timestamptz[],
    users_to     timestamptz[],
    primary key (scope_no, hour, login_no)
);

-- Whoever was about in closed days, as bits: by day, and of everything also in spans of one,
-- four and twelve hours, and of four and sixteen days when all of these are closed. Many hours
-- and days are few rows so.
-- Four kilobytes for each 32,768 people: more than two, so that they are compressed. For
-- everything also without a login state: in whichever.
create table rollups.people_spans (
    scope_no integer not null,
    login_no integer,
    hours    smallint not null,
    starts   timestamptz not null,
    block    integer not null,
    kind     "char" not null,
    people   bit(32768) not null,
    unique nulls not distinct (scope_no, hours, starts, login_no, kind, block)
) with (toast_tuple_target = 128);
alter table rollups.people_spans alter column people set storage main;

-- Sessions. One with a single login state is one row with that `login_no`. One with
-- several is a row without, and a row for each state with what it did in it
-- (`is_part`): all sessions are the rows that are no part, those of a login
-- state the rows with it.
create table rollups.sessions (
    session_id   text not null,
    first_at     timestamptz not null,
    last_at      timestamptz not null,
    -- Lasted 4^span quarters of an hour at most: bounds the search for those open at an
    -- instant. Not a short one without `times`.
    span         smallint not null,
    is_part      boolean not null,
    login_no     integer,
    -- What it did, and its way along the standard funnel: the steps, and the seconds
    -- that it waited for them.
    events       integer not null,
    is_carted    boolean not null,
    is_converted boolean not null,
    is_new       boolean not null,
    reached      smallint not null,
    wait2        bigint,
    wait3        bigint,
    wait4        bigint,
    -- Its events, unless they are very many: when each was, and what: its step
    -- of the standard funnel, and 8 more on a first visit. What is asked of a part of a
    -- session is told by these.
    times        timestamptz[],
    kinds        smallint[]
);
create index sessions_id_idx on rollups.sessions using hash (session_id);
create index sessions_first_idx on rollups.sessions (first_at);
create index sessions_long_idx on rollups.sessions (span, first_at) where span > 0;

-- What the sessions that began in an hour (of a closed day: in it) did in a scope:
-- a session is in it what its events of that scope make of it. By hours, also how
-- many whole seconds each lasted, and waited for step 2, 3 and 4, in no order.
create table rollups.session_counts (
    grain        "char" not null,
    is_part      boolean not null,
    scope_no     integer not null,
    bucket       timestamptz not null,
    login_no     integer,
    sessions     integer not null,
    carted       integer not null,
    converted    integer not null,
    abandoned    integer not null,
    bounces      integer not null,
    new_sessions integer not null,
    reached1     integer not null,
    reached2     integer not null,
    reached3     integer not null,
    reached4     integer not null,
    events       bigint not null,
    seconds      bigint[],
    wait2        bigint[],
    wait3        bigint[],
    wait4        bigint[],
    unique nulls not distinct (scope_no, grain, bucket, is_part, login_no)
) with (toast_tuple_target = 256);

-- The seconds (measure 1) and waits (2, 3, 4) of closed days, by day, and of everything also
-- in spans of two hours, and of four and sixteen days, in bands: which there are, ascending,
-- and how many sessions have each. With login_no -1 those of the sessions, else of what they
-- did in that login state.
create table rollups.session_seconds (
    scope_no integer not null,
    measure  smallint not null,
    hours    smallint not null,
    starts   timestamptz not null,
    login_no integer not null,
    band     smallint not null,
    sessions integer not null,
    seconds  bigint[] not null,
    of_each  integer[] not null,
    primary key (scope_no, measure, hours, starts, login_no, band)
);

-- Of the short sessions that were open at an hour: what they did before it ('<'), from
-- then on ('>') and in all ('='). Kept with closed days, of everything only. A range that
-- is cut there looks at none of them.
create table rollups.session_cuts (
    hour         timestamptz not null,
    side         "char" not null,
    is_part      boolean not null,
    login_no     integer,
    sessions     integer not null,
    carted       integer not null,
    converted    integer not null,
    abandoned    integer not null,
    bounces      integer not null,
    new_sessions integer not null,
    reached1     integer not null,
    events       bigint not null,
    seconds      bigint[],
    wait2        bigint[],
    wait3        bigint[],
    wait4        bigint[],
    unique nulls not distinct (hour, side, is_part, login_no)
) with (toast_tuple_target = 256);

-- How many sessions were active in an hour that had been active in an earlier one
-- before: those of a stretch of hours are the ones that came from before it, and
-- the ones that began there.
create table rollups.session_stays (
    scope_no integer not null,
    hour     timestamptz not null,
    previous timestamptz not null,
    is_part  boolean not null,
    login_no integer,
    sessions bigint not null,
    unique nulls not distinct (scope_no, hour, previous, is_part, login_no)
);

-- A day is open while events arrive for it, and read by its hours. When they have
-- moved on it is closed: summed up once, as far as that is worth it for a scope.
create sequence rollups.turns;
create table rollups.days (
    scope_no     integer not null,
    day          timestamptz not null,
    is_open      boolean not null,
    has_people   boolean not null,
    has_sessions boolean not null,
    turn         bigint not null,
    primary key (scope_no, day)
);
create index days_open_idx on rollups.days (day) where is_open;

-- Quicker to read and to write than what is compressed by default, where the server
-- was built with it.
do $$
declare
    wide record;
begin
    for wide in
        select c.oid::regclass as relation, a.attname
          from pg_class c
          join pg_attribute a on a.attrelid = c.oid
         where c.relnamespace = 'rollups'::regnamespace and c.relkind = 'r'
           and a.attnum > 0 and a.attstorage in ('m', 'x')
    loop
        execute format('alter table %s alter column %I set compression lz4', wide.relation, wide.attname);
    end loop;
exception when feature_not_supported then
    null;
end
$$;

-- The whole seconds of a stretch of time. Cut while it is still a whole number of
-- microseconds: exact, and quicker than to count in numeric.
create function rollups.whole_seconds(stretch interval) returns bigint
language sql immutable parallel safe
as $$ select date_part('epoch', date_trunc('second', $1))::bigint $$;

-- The largest `span` of a short session, one that closed days cut at hours; and how long
-- that is: 4^2 quarters of an hour.
create function rollups.short_span() returns integer
language sql immutable parallel safe
as $$ select 2 $$;

create function rollups.short_time() returns interval
language sql immutable parallel safe
as $$ select interval '4 hours' $$;

-- Starts of the bands of seconds, from band 1 on; the last has no end. The ends of the
-- duration histogram are among them.
create function rollups.bands() returns bigint[]
language sql immutable parallel safe
as $$
    select array[0, 1, 11, 61, 121, 181, 241, 301, 451, 601, 751, 901, 1351, 1801, 7201, 86401]::bigint[]
$$;

-- Numbers after some came and some went: each that went is -1 - itself.
create function rollups.after_changes(numbers bigint[], changes bigint[]) returns bigint[]
language sql immutable parallel safe
as $$
    select array_agg(c.n)
      from (select case when n < 0 then -1 - n else n end as n, sum(case when n < 0 then -1 else 1 end) as times
              from unnest($1 || $2) as n
             group by 1) c
     cross join generate_series(1, c.times)
$$;

-- Mostly none went: that case is made part of the statement, and no call.
create function rollups.with_changes(numbers bigint[], changes bigint[]) returns bigint[]
language sql immutable parallel safe
as $$ select case when 0 <= all ($2) or $2 is null then $1 || $2 else rollups.after_changes($1, $2) end $$;
