-- How a range is read from rollups: whole hours and days from the sums, what
-- sticks out at its ends from events.

-- Whole hours [h1, h2) inside a range, and whole days [d1, d2) inside those.
-- Where there are none, all of it sticks out at the front: h1 = h2 = the end.
create function rollups.cut(
    from_time timestamptz, to_time timestamptz,
    out h1 timestamptz, out h2 timestamptz, out d1 timestamptz, out d2 timestamptz)
language plpgsql immutable parallel safe
as $$
begin
    h1 := date_bin('1 hour', from_time - interval '1 microsecond', 'epoch') + interval '1 hour';
    h2 := date_bin('1 hour', to_time, 'epoch');
    if h1 >= h2 then
        h1 := to_time;
        h2 := to_time;
    end if;
    d1 := date_bin('24 hours', h1 - interval '1 microsecond', 'epoch') + interval '24 hours';
    d2 := date_bin('24 hours', h2, 'epoch');
    if d1 >= d2 then
        d1 := h2;
        d2 := h2;
    end if;
end
$$;

-- The sums that make up those hours and days: by hour, by day, by hour.
create function rollups.pieces(from_time timestamptz, to_time timestamptz)
returns table (grain "char", starts timestamptz, ends timestamptz)
language sql stable parallel safe rows 3
as $$
    select p.*
      from rollups.cut($1, $2) c
     cross join lateral (values ('h'::"char", c.h1, c.d1), ('d', c.d1, c.d2), ('h', c.d2, c.h2)) p (grain, starts, ends)
$$;

-- The kept events that stick out of those hours.
create function rollups.kept_beside(
    from_time timestamptz, to_time timestamptz,
    login text, category text, brand text, product text, event text
) returns setof public.clickstream_events
language sql stable parallel safe
as $$
    select k.*
      from rollups.cut($1, $2) c
     cross join lateral (
         select * from metrics.kept_events($1, c.h1, $3, $4, $5, $6, $7)
          union all
         select * from metrics.kept_events(c.h2, $2, $3, $4, $5, $6, $7)) k
$$;

-- The number of a login filter: NULL for none, 0 for one that no event has.
create function rollups.login_no(login text) returns integer
language sql stable parallel safe
as $$
    select case when $1 is not null
                then coalesce((select word_no from rollups.words
                                where word = case $1 when 'unknown' then '' else $1 end), 0)
           end
$$;

-- Whether there are rollups for this question. A filter for '' means the empty
-- text and not NULL, which are one in here.
create function rollups.has(
    from_time timestamptz, to_time timestamptz,
    login text, category text, brand text, product text, event text
) returns boolean
language sql stable parallel safe
as $$
    select ready
           and $1 >= '0001-01-01T00:00:00Z'::timestamptz and $2 < '10000-01-01T00:00:00Z'::timestamptz
           and $3 is distinct from '' and $4 is null and $5 is null and $6 is null and $7 is null
      from rollups.state
$$;

-- The same for what is summed by subject.
create function rollups.has_subjects(
    from_time timestamptz, to_time timestamptz,
    login text, category text, brand text, product text, event text
) returns boolean
language sql stable parallel safe
as $$
    select ready
           and $1 >= '0001-01-01T00:00:00Z'::timestamptz and $2 < '10000-01-01T00:00:00Z'::timestamptz
           and $3 is distinct from '' and $4 is distinct from '' and $5 is distinct from '' and $6 is distinct from ''
           and $7 is null
      from rollups.state
$$;

-- The subjects that a filter keeps.
create function rollups.kept_subjects(category text, brand text, product text) returns setof rollups.subjects
language sql stable parallel safe
as $$
    select s.*
      from rollups.subjects s
     where ($1 is null
            or s.category = $1
            or ($1 = 'UNKNOWN' and s.category = '' and (s.product_id <> '' or s.name <> '')))
       and ($2 is null
            or s.brand = $2
            or ($2 = 'UNKNOWN' and s.brand = '' and (s.product_id <> '' or s.name <> '')))
       and ($3 is null or s.product_id = $3)
$$;

-- The sessions that began before an instant and had not ended by then.
create function rollups.sessions_open_at(instant timestamptz) returns setof rollups.sessions
language sql stable parallel safe
as $$
    select s.*
      from rollups.sessions s
     where s.span = 0
       and s.first_at < $1
       and s.first_at >= $1 - interval '1 hour'
       and s.last_at >= $1
     union all
    select s.*
      -- 4^14 hours are longer than the calendar that rollups know, and 4^13 may lead out of it.
      from generate_series(1, 14) as long (span)
     cross join lateral (
         select *
           from rollups.sessions l
          where l.span > 0
            and l.span = long.span
            and l.first_at < $1
            and l.first_at >= case when long.span < 13 then $1 - interval '1 hour' * power(4, long.span) else '-infinity' end
            and l.last_at >= $1) s
$$;

-- Whether a row about sessions counts under a login filter, by its number.
create function rollups.is_of(is_part boolean, login_no integer, asked integer) returns boolean
language sql immutable parallel safe
as $$ select $3 is null and not $1 or $2 = $3 $$;

-- The sessions that reach over an end of a range.
create function rollups.sessions_reaching(from_time timestamptz, to_time timestamptz, asked integer) returns text[]
language sql stable parallel safe
as $$
    select array(
        select session_id from rollups.sessions_open_at($1) where rollups.is_of(is_part, login_no, $3)
         union
        select session_id from rollups.sessions_open_at($2) where rollups.is_of(is_part, login_no, $3))
$$;

-- What the kept events of these sessions say about each.
create function rollups.session_facts(
    from_time timestamptz, to_time timestamptz, login text, ids text[]
) returns table (
    session_id text, started_at timestamptz, last_at timestamptz, events bigint, carts bigint, completes bigint, is_new boolean,
    seconds bigint, reached integer, wait2 bigint, wait3 bigint, wait4 bigint)
language plpgsql stable
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
begin
    return query
      with kept as materialized (
        select k.session_id, k.event_timestamp as at, k.event_name, k.is_first_visit
          from unnest($4) as named (id)
         cross join lateral (
            -- By the session alone: in one index, whatever the range.
            select *
              from public.clickstream_events e
             where e.session_id = named.id and e.session_id <> ''
            offset 0) k
         where k.event_timestamp >= $1
           and k.event_timestamp < $2
           -- Rollups know no other filters.
           and ($3 is null
                or case $3 when 'unknown' then coalesce(k.user_login_state, '') = '' else k.user_login_state = $3 end)
           and rollups.in_calendar(k.event_timestamp)
    ),
    whole as (
        select session_id,
               min(at) as started_at,
               max(at) as last_at,
               count(*) as events,
               count(*) filter (where event_name = 'add_to_cart_click') as carts,
               count(*) filter (where event_name = 'checkout_complete') as completes,
               coalesce(bool_or(is_first_visit), false) as is_new,
               floor(extract(epoch from max(at) - min(at)))::bigint as seconds
          from kept group by 1
    ),
    step1 as materialized (
        select session_id, min(at) as at from kept where event_name = 'product_view' group by 1
    ),
    step2 as materialized (
        select b.session_id, b.at as before, min(k.at) as at
          from step1 b join kept k on k.session_id = b.session_id and k.at >= b.at
         where k.event_name = 'add_to_cart_click' group by 1, 2
    ),
    step3 as materialized (
        select b.session_id, b.at as before, min(k.at) as at
          from step2 b join kept k on k.session_id = b.session_id and k.at >= b.at
         where k.event_name = 'checkout_start' group by 1, 2
    ),
    step4 as materialized (
        select b.session_id, b.at as before, min(k.at) as at
          from step3 b join kept k on k.session_id = b.session_id and k.at >= b.at
         where k.event_name = 'checkout_complete' group by 1, 2
    )
    select w.session_id, w.started_at, w.last_at, w.events, w.carts, w.completes, w.is_new, w.seconds,
           case when step4.at is not null then 4
                when step3.at is not null then 3
                when step2.at is not null then 2
                when step1.at is not null then 1
                else 0 end,
           floor(extract(epoch from step2.at - step2.before))::bigint,
           floor(extract(epoch from step3.at - step3.before))::bigint,
           floor(extract(epoch from step4.at - step4.before))::bigint
      from whole w
      left join step1 using (session_id)
      left join step2 using (session_id)
      left join step3 using (session_id)
      left join step4 using (session_id);
end
$$;

-- The sessions of a range that its sums [sums_from, sums_to) by start do not get
-- right, with the sign to add them with: those that began where there are no
-- sums; less those that the sums have but that end outside; and, as far as they
-- are in the range, those that reach over an end of it.
create function rollups.sessions_beside(
    from_time timestamptz, to_time timestamptz, login text, sums_from timestamptz, sums_to timestamptz
) returns table (
    sign integer, events bigint, carts bigint, completes bigint, is_new boolean,
    seconds bigint, reached integer, wait2 bigint, wait3 bigint, wait4 bigint)
language plpgsql stable
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    asked constant integer := rollups.login_no(login);
begin
    return query
    select s.sign, s.events, s.carts, s.completes, s.is_new,
           floor(extract(epoch from s.last_at - s.first_at))::bigint, s.reached::integer, s.wait2, s.wait3, s.wait4
      from (select 1 as sign, b.*
              from rollups.sessions b
             where b.first_at >= from_time and b.first_at < sums_from and b.last_at < to_time
             union all
            select 1, b.*
              from rollups.sessions b
             where b.first_at >= sums_to and b.first_at < to_time and b.last_at < to_time
             union all
            select -1, b.*
              from rollups.sessions_open_at(to_time) b
             where b.first_at >= sums_from and b.first_at < sums_to) s
     where rollups.is_of(s.is_part, s.login_no, asked);
    return query
    select 1, f.events, f.carts, f.completes, f.is_new, f.seconds, f.reached, f.wait2, f.wait3, f.wait4
      from rollups.session_facts(from_time, to_time, login,
                                 rollups.sessions_reaching(from_time, to_time, asked)) f;
end
$$;
