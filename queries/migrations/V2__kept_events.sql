-- The one rule of every number: a filter keeps events; the number is a function
-- of the kept events. Half-open in time; text compared exactly; 'unknown' (for
-- login) and 'UNKNOWN' (for category and brand) stand for NULL and ''.
--
-- Both written so that the planner inlines them: one select, not strict.
create function metrics.is_kept(
    e public.clickstream_events, login text, category text, brand text, product text, event text
) returns boolean
language sql immutable parallel safe
as $$
    select ($2 is null
            or case $2 when 'unknown' then coalesce(($1).user_login_state, '') = ''
                       else ($1).user_login_state = $2 end)
       and ($3 is null
            or ($1).context_product_category = $3
            or ($3 = 'UNKNOWN' and coalesce(($1).context_product_category, '') = ''
                and (($1).context_product_id <> '' or ($1).context_product_name <> '')))
       and ($4 is null
            or ($1).context_product_brand = $4
            or ($4 = 'UNKNOWN' and coalesce(($1).context_product_brand, '') = ''
                and (($1).context_product_id <> '' or ($1).context_product_name <> '')))
       and ($5 is null or ($1).context_product_id = $5)
       and ($6 is null or ($1).event_name = $6)
$$;

create function metrics.kept_events(
    from_time timestamptz, to_time timestamptz,
    login text, category text, brand text, product text, event text
) returns setof public.clickstream_events
language sql stable parallel safe
as $$
    select e.*
      from public.clickstream_events e
     where e.event_timestamp >= $1
       and e.event_timestamp < $2
       and metrics.is_kept(e, $3, $4, $5, $6, $7)
$$;

-- part / whole to the nearest whole number, half away from zero; whole is positive.
-- In whole numbers throughout: a quotient cut to some digits and rounded
-- afterwards is off by one when its digits happen to read .4999…
create function metrics.rounded(part numeric, whole numeric) returns numeric
language sql immutable parallel safe
as $$ select sign($1) * div(2 * abs($1) + $2, 2 * $2) $$;

-- 100 × part / whole to one decimal; 0 when there is no whole.
create function metrics.percent(part numeric, whole numeric) returns float8
language sql immutable parallel safe
as $$ select case when coalesce($2, 0) = 0 then 0 else metrics.rounded(1000 * coalesce($1, 0), $2) / 10 end::float8 $$;

-- What a buyer pays, in whole VND; NULL when the event carries no price.
create function metrics.effective_price(price bigint, discount_price bigint) returns bigint
language sql immutable parallel safe
as $$ select coalesce($2, $1) $$;

-- An amount in whole VND as a bigint; 0 when there is none. Prices are public
-- input: a sum beyond bigint shows bigint's end instead of failing every question.
create function metrics.whole_vnd(amount numeric) returns bigint
language sql immutable parallel safe
as $$
    select greatest(least(coalesce($1, 0), 9223372036854775807), -9223372036854775808)::bigint
$$;
