-- Where a chunk's rows land before any object is claimed. One for each session;
-- empty again after every transaction.
create temporary table if not exists incoming (
    object_no                      integer not null,
    event_id                       uuid not null,
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
) on commit delete rows
