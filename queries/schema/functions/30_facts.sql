-- Whole seconds between two instants, 68 years at most.
create function metrics.short_seconds(from_time timestamptz, to_time timestamptz) returns integer
language sql immutable parallel safe as $$ select case when $1 <= $2 then least(metrics.whole_seconds($2 - $1), 2147483647) end::integer $$;

-- What one session did with the events that a filter keeps, from what was gathered of them: whether
-- it came to each step of the standard funnel, and how many seconds it took.
create function metrics.facts_of(
    events bigint, first_at timestamptz, last_at timestamptz, is_new boolean,
    view_at timestamptz, carts timestamptz[], starts timestamptz[], completes timestamptz[], page_views bigint, has_order boolean
) returns table (
    events integer, first_at timestamptz, last_at timestamptz, is_new boolean, entered boolean, carted boolean, abandoned boolean,
    converted boolean, engaged boolean, lasted integer, wait2 integer, wait3 integer, wait4 integer)
language sql immutable as $$
    select $1::integer, $2, $3, $4, $5 is not null, $6 is not null, $6 is not null and $8 is null,
           $10, $3 - $2 >= interval '10 seconds' or $9 >= 2 or $10,
           metrics.short_seconds($2, $3), metrics.short_seconds($5, cart_at), metrics.short_seconds(cart_at, start_at), metrics.short_seconds(start_at, complete_at)
      from (select case when $5 is not null and $6 is not null then (select min(t) from unnest($6) t where t >= $5) end as cart_at offset 0) c
     cross join lateral (select case when cart_at is not null and $7 is not null then (select min(t) from unnest($7) t where t >= cart_at) end as start_at offset 0) s
     cross join lateral (select case when start_at is not null and $8 is not null then (select min(t) from unnest($8) t where t >= start_at) end as complete_at offset 0) p
$$;
