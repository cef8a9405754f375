-- What one value means. Each is one select and not strict, so that the planner inlines it.

-- part / whole to the nearest whole number, half away from zero; whole is positive.
-- In whole numbers throughout: a quotient cut to some digits and rounded
-- afterwards is off by one when its digits happen to read .4999…
create function metrics.rounded(part numeric, whole numeric) returns numeric
language sql immutable parallel safe as $$ select sign($1) * div(2 * abs($1) + $2, 2 * $2) $$;

-- 100 × part / whole to one decimal; 0 when there is no whole.
create function metrics.percent(part numeric, whole numeric) returns float8
language sql immutable parallel safe as $$ select case when coalesce($2, 0) = 0 then 0 else metrics.rounded(1000 * coalesce($1, 0), $2) / 10 end::float8 $$;

-- An amount in whole VND as a bigint; 0 when there is none. Prices are public
-- input: a sum beyond bigint shows bigint's end instead of failing every question.
create function metrics.whole_vnd(amount numeric) returns bigint
language sql immutable parallel safe as $$
    select greatest(least(coalesce($1, 0), 9223372036854775807), -9223372036854775808)::bigint
$$;

create function metrics.whole_seconds(length interval) returns bigint
language sql immutable parallel safe as $$ select floor(extract(epoch from $1))::bigint $$;

-- What a buyer pays, in whole VND; NULL when the event carries no price. Sites send the discount
-- itself or a percentage as discount price now and then: those are ignored.
create function metrics.effective_price(price bigint, discount_price bigint) returns bigint
language sql immutable parallel safe as $$
    select case when $2 > 0 and ($1 is null or $2 <= $1 and $2::numeric * 100 >= $1) then $2 else $1 end
$$;

-- An id; NULL for what a program wrote where it had none.
create function metrics.known_id(id text) returns text
language sql immutable parallel safe as $$
    select case when ltrim($1, '0-') = '' or length($1) < 16 and lower($1) in ('undefined', 'null', 'nan', '[object object]')
                then null else $1 end
$$;

-- Login states as they are grouped: 0 unknown, 1 logged_in, 2 anonymous, 3 guest, 4 other.
create function metrics.login_no(state text) returns smallint
language sql immutable parallel safe as $$
    select case $1 when 'logged_in' then 1 when 'anonymous' then 2 when 'guest' then 3 else case when coalesce($1, '') = '' then 0 else 4 end end::smallint
$$;

create function metrics.login_name(login_no smallint) returns text
language sql immutable parallel safe as $$ select ('{UNKNOWN,logged_in,anonymous,guest,other}'::text[])[$1 + 1] $$;

-- The number of the group that a login filter asks for; NULL for a filter on one exact other state.
create function metrics.asked_login_no(login text) returns smallint
language sql immutable parallel safe as $$
    select case $1 when 'unknown' then 0 when 'logged_in' then 1 when 'anonymous' then 2 when 'guest' then 3 when 'other' then 4 end::smallint
$$;

create function metrics.has_login(state text, login text) returns boolean
language sql immutable parallel safe as $$
    select $2 is null
        or case $2 when 'unknown' then coalesce($1, '') = ''
                   when 'other' then $1 <> all ('{logged_in,anonymous,guest,""}')
                   else $1 = $2 and (length($2) > 500 or length($1) <= 500) end
$$;

-- A product is known by its id, or by its name where it has no id; the key keeps an id and a
-- name of the same letters apart. NULL: no product.
create function metrics.product_key(id text, name text) returns text
language sql immutable parallel safe as $$ select coalesce('id ' || metrics.known_id($1), 'name ' || nullif($2, '')) $$;

create function metrics.is_product_event(event_name text, id text, product_name text) returns boolean
language sql immutable parallel safe as $$ select $1 <> 'category_view' and metrics.product_key($2, $3) is not null $$;

-- Whether a product is one that the filters ask for. UNKNOWN also asks for products without one.
create function metrics.is_product(
    id text, product_name text, category text, brand text, asked_category text, asked_brand text, asked_product text
) returns boolean
language sql immutable parallel safe as $$
    select (metrics.known_id($1) is not null or $2 <> '')
       and ($5 is null or $3 = $5 or $5 = 'UNKNOWN' and coalesce($3, '') = '')
       and ($6 is null or $4 = $6 or $6 = 'UNKNOWN' and coalesce($4, '') = '')
       and ($7 is null or metrics.known_id($1) = $7)
$$;

-- Whether an event that is no checkout is about what the filters ask for. A category_view is about its
-- category only, whatever else its product says.
create function metrics.is_about(
    event_name text, id text, product_name text, category text, brand text, asked_category text, asked_brand text, asked_product text
) returns boolean
language sql immutable parallel safe as $$
    select case when $1 = 'category_view' then $7 is null and $8 is null and $4 <> '' and $4 = $6
                else metrics.is_product($2, $3, $4, $5, $6, $7, $8) end
$$;

-- Text from outside as a key that fits an index, however long it is.
create function metrics.key_of(value text) returns text
language sql immutable parallel safe as $$ select case when length($1) <= 500 then $1 else left($1, 400) || ' ' || md5($1) end $$;

-- percentile_disc of values that occur so many times each.
create function metrics.percentiles(seconds bigint[], sessions bigint[], fractions float8[]) returns bigint[]
language sql immutable parallel safe as $$
    select array(
        select (select v
                  from (select v, sum(n) over (order by v) as up_to, sum(n) over () as total from unnest($1, $2) u (v, n)) s
                 where up_to >= greatest(ceil(f::numeric * total), 1)
                 order by v limit 1)
          from unnest($3) with ordinality u (f, place) order by place)
$$;

-- The start of the hour (1), quarter of a day (6), day (24) or week (168, from Monday) that an instant is
-- in, UTC.
create function metrics.bucket_of(hours smallint, at timestamptz) returns timestamptz
language sql immutable parallel safe as $$ select date_bin(make_interval(hours => $1), $2, '0001-01-01T00:00:00Z'::timestamptz) $$;

-- Whether an instant is of a year that calendars show. A table that was taken over may hold others,
-- up to infinity; no range that anybody asks for reaches them, and rollups leave them out.
create function metrics.in_calendar(at timestamptz) returns boolean
language sql immutable parallel safe as $$ select $1 >= '0001-01-01T00:00:00Z'::timestamptz and $1 < '10000-01-01T00:00:00Z'::timestamptz $$;
