-- The shop: who buys, what there is, what was bought, and how much of it is left.
-- Safe to repeat. The application signs in as web_app, which owns nothing.
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

revoke create on schema public from public;
grant usage on schema public to web_app;
grant select, insert, update, delete on users, products, inventory, orders, order_items to web_app;
do $$
begin
    execute format('grant connect on database %I to web_app', current_database());
end
$$;
