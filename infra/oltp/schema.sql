-- The shop: who buys, what there is, what was bought, and how much of it is left.
-- Safe to repeat, and an upgrade of every earlier version: what was added later
-- stands below the tables. The application signs in as web_app, which owns nothing.
do $$
begin
    if not exists (select from pg_roles where rolname = 'web_app') then
        create role web_app login;
    end if;
end
$$;

create table if not exists users (
    id          text primary key,
    -- Of the Cognito user pool, which keeps passwords; none are here.
    cognito_sub uuid unique,
    email       text not null,
    full_name   text,
    phone       text,
    created_at  timestamptz not null default now()
);
create unique index if not exists users_email on users (lower(email));

create table if not exists products (
    id               text primary key,
    name             text not null,
    category         text not null,
    brand            text not null,
    -- Whole dong.
    price_vnd        bigint not null check (price_vnd >= 0),
    discount_percent smallint not null default 0 check (discount_percent between 0 and 100),
    slug             text not null unique,
    featured         boolean not null default false,
    -- Ordered before stays readable; a product is retired, not deleted.
    active           boolean not null default true
);
create index if not exists products_category on products (category, brand);

create table if not exists inventory (
    product_id text primary key references products (id),
    stock      integer not null check (stock >= 0),
    updated_at timestamptz not null default now()
);

create table if not exists orders (
    id         uuid primary key default gen_random_uuid(),
    user_id    text references users (id),
    status     text not null default 'new' check (status in ('new', 'paid', 'shipped', 'delivered', 'cancelled')),
    total_vnd  bigint not null check (total_vnd >= 0),
    created_at timestamptz not null default now()
);
create index if not exists orders_user on orders (user_id, created_at);

create table if not exists order_items (
    order_id       uuid not null references orders (id) on delete cascade,
    product_id     text not null references products (id),
    quantity       integer not null check (quantity > 0),
    -- As it was when it was ordered.
    unit_price_vnd bigint not null check (unit_price_vnd >= 0),
    primary key (order_id, product_id)
);
create index if not exists order_items_product on order_items (product_id);

-- What a buyer pays, for everyone who asks: the reduced price ends in four zeros,
-- as price tags do, and is never rounded down to nothing.
alter table products
    add column if not exists description text not null default '',
    add column if not exists sale_price_vnd bigint not null generated always as (
        case
            when discount_percent = 0 then price_vnd
            else greatest(price_vnd * (100 - discount_percent) / 100 / 10000 * 10000, least(price_vnd, 10000))
        end
    ) stored,
    -- Name and brand without accents and capitals. The marks go before lower(),
    -- so that the answer does not depend on the database's locale.
    add column if not exists search_text text not null generated always as (
        lower(translate(regexp_replace(normalize(name || ' ' || brand, nfd), '[\u0300-\u036f]', '', 'g'), 'Đđ', 'Dd'))
    ) stored;

-- Orders from before have no recipient and no key.
alter table orders
    -- Of the cart that became the order: the same cart is never ordered twice.
    add column if not exists idempotency_key uuid unique,
    add column if not exists recipient_name text,
    add column if not exists recipient_phone text,
    add column if not exists delivery_address text;

-- The shop reads the catalogue, takes from stock, and writes orders once; it changes
-- and deletes nothing else. Earlier versions granted more.
revoke create on schema public from public;
grant usage on schema public to web_app;
revoke all on users, products, inventory, orders, order_items from web_app;
grant select on users, products, inventory, orders, order_items to web_app;
grant insert, update (cognito_sub, email, full_name, phone) on users to web_app;
grant update (stock, updated_at) on inventory to web_app;
grant insert on orders, order_items to web_app;
do $$
begin
    execute format('grant connect on database %I to web_app', current_database());
end
$$;
