-- What the raw files say of an event besides its sixteen columns: the page, where the visitor
-- came from, the device, what was ordered. A row is here only where an event said something.
-- What repeats is stored once, in a dictionary, and named by its number.

create schema if not exists context;

create table context.pages (
    page_no integer generated always as identity primary key,
    host    text collate "C" not null,
    path    text collate "C" not null,
    unique (host, path)
);

-- Where a page was reached from. `click_id` is the kind of click id that its URL had, such as
-- gclid; `referrer_host` is NULL for pages of the shop itself.
create table context.origins (
    origin_no     integer generated always as identity primary key,
    referrer_host text collate "C",
    utm_source    text collate "C",
    utm_medium    text collate "C",
    utm_campaign  text collate "C",
    click_id      text collate "C"
);
-- Not over the columns: only equality is looked up in an index, and NULL equals nothing.
create unique index origins_key on context.origins
    (coalesce(referrer_host, ''), coalesce(utm_source, ''), coalesce(utm_medium, ''),
     coalesce(utm_campaign, ''), coalesce(click_id, ''));

create table context.agents (
    agent_no integer generated always as identity primary key,
    device   text collate "C",
    browser  text collate "C",
    os       text collate "C",
    unique nulls not distinct (device, browser, os)
);

-- No foreign keys here: they would cost a row lock for each event, and the loader writes an
-- event's context before the event. A deleted event takes its context along (see rollups).
create table context.events (
    event_id  uuid primary key,
    page_no   integer,
    origin_no integer,
    agent_no  integer,
    quantity  integer
);

create table context.orders (
    event_id     uuid primary key,
    order_id     text,
    order_number text,
    total        bigint,
    cart_id      text
);
create index orders_order_idx on context.orders (order_id) where order_id is not null;

-- The items that an order names.
create table context.items (
    event_id       uuid,
    item_no        integer,
    product_id     text,
    product_name   text,
    category       text,
    brand          text,
    price          bigint,
    discount_price bigint,
    quantity       integer,
    primary key (event_id, item_no)
);

create table context.searches (
    event_id uuid primary key,
    query    text,
    results  integer
);
