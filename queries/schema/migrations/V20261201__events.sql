-- The events: what everything else is counted from.
--
-- A table of this shape that is there already is taken over as it is, with its rows, its
-- indexes and its owner; `migrate` has compared the shapes by now. So is a warehouse of
-- version 16, whose rollups and functions make room for those of this version.

do $$
begin
    if to_regclass('rollups.scopes') is not null then
        drop schema rollups cascade;
        drop schema metrics cascade;
    end if;

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

-- A session's events are read together. Equal keys share their index entries.
create index if not exists clickstream_events_session_idx
    on public.clickstream_events (session_id) where session_id <> '';

-- What is too rare for rollups of its own is answered from the events about it. Longer texts than a
-- tree takes are left out, and searched for in the index of times.
create index if not exists clickstream_events_product_idx
    on public.clickstream_events (context_product_id, event_timestamp)
    where context_product_id <> '' and length(context_product_id) <= 500;
create index if not exists clickstream_events_category_idx
    on public.clickstream_events (context_product_category, event_timestamp)
    where context_product_category <> '' and length(context_product_category) <= 500;
create index if not exists clickstream_events_brand_idx
    on public.clickstream_events (context_product_brand, event_timestamp)
    where context_product_brand <> '' and length(context_product_brand) <= 500;

-- Login states that no shop of ours sends; empty for honest traffic.
create index if not exists clickstream_events_other_login_idx
    on public.clickstream_events (user_login_state, event_timestamp)
    where user_login_state <> all ('{logged_in,anonymous,guest,""}') and length(user_login_state) <= 500;
