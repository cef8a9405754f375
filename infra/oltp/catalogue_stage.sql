-- Where the catalogue's file is read into before it is merged: the columns of its header.
create temporary table catalogue (
    product_id       text primary key,
    name             text not null,
    category         text not null,
    brand            text not null,
    price_vnd        bigint not null,
    discount_percent smallint not null,
    slug             text not null,
    stock            integer not null,
    featured         boolean not null,
    description      text not null
) on commit drop;
