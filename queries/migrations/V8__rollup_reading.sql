-- How a range is read from rollups: whole hours and days from the sums, what
-- sticks out at its ends from events.

-- Whole hours [h1, h2) inside a range, and whole days [d1, d2) inside those.
-- Where there are none, all of it sticks out at the front: h1 = h2 = the end. An hour
-- that nothing else happened in is whole, as the last one is until now.
create function rollups.cut(
    from_time timestamptz, to_time timestamptz,
    out h1 timestamptz, out h2 timestamptz, out d1 timestamptz, out d2 timestamptz)
language plpgsql stable parallel safe
set plan_cache_mode = force_generic_plan
as $$
declare
    last_hour_ends constant timestamptz := date_bin('1 hour', to_time - interval '1 microsecond', 'epoch') + interval '1 hour';
    next_at timestamptz;
begin
    h1 := date_bin('1 hour', from_time - interval '1 microsecond', 'epoch') + interval '1 hour';
    h2 := last_hour_ends;
    if to_time < last_hour_ends then
        select event_timestamp into next_at
          from public.clickstream_events
         where event_timestamp >= to_time
         order by event_timestamp
         limit 1;
        if next_at < last_hour_ends then
            h2 := last_hour_ends - interval '1 hour';
        end if;
    end if;
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

-- The whole five minutes [s1, s2) inside a range; if they are not to be read, its hours.
create function rollups.slot_cut(
    from_time timestamptz, to_time timestamptz, with_slots boolean, out s1 timestamptz, out s2 timestamptz)
language plpgsql stable parallel safe
set plan_cache_mode = force_generic_plan
as $$
declare
    cut constant record := rollups.cut(from_time, to_time);
begin
    s1 := cut.h1;
    s2 := cut.h2;
    if with_slots then
        s1 := least(to_time, date_bin('5 minutes', from_time + interval '5 minutes' - interval '1 microsecond', 'epoch'));
        s2 := greatest(s1, date_bin('5 minutes', to_time, 'epoch'));
        if cut.h1 < cut.h2 then
            s2 := greatest(s2, cut.h2);
        end if;
    end if;
end
$$;

-- Five minutes that stick out of whole hours: of everything, and only if they are to be read.
create function rollups.slots_beside(from_time timestamptz, to_time timestamptz, with_slots boolean, asked integer)
returns setof rollups.slots
language sql stable parallel safe
as $$
    select s.*
      from rollups.cut($1, $2) c
     cross join rollups.slot_cut($1, $2, true) f
     cross join lateral (values (f.s1, least(c.h1, f.s2)), (greatest(c.h2, f.s1), f.s2)) p (starts, ends)
     cross join lateral (
         select * from rollups.slots t where $3 and t.slot >= p.starts and t.slot < p.ends offset 0) s
     where $4 is null or s.login_no = $4
$$;

-- The kept events that stick out of whole hours, and of those five minutes if they are read.
create function rollups.kept_beside(
    from_time timestamptz, to_time timestamptz,
    login text, category text, brand text, product text, event text, with_slots boolean
) returns setof public.clickstream_events
language sql stable parallel safe
as $$
    select k.*
      from rollups.slot_cut($1, $2, $8) c
     cross join lateral (
         select * from metrics.kept_events($1, c.s1, $3, $4, $5, $6, $7)
          union all
         select * from metrics.kept_events(c.s2, $2, $3, $4, $5, $6, $7)) k
$$;

-- The number of a login filter: NULL for none, 0 for one that no event has.
create function rollups.login_no(login text) returns integer
language plpgsql stable parallel safe
as $$
begin
    if $1 is null then
        return null;
    end if;
    return coalesce((select word_no from rollups.words where word = case $1 when 'unknown' then '' else $1 end), 0);
end
$$;

-- Whether there are rollups by subject for this question. A filter for '' means the
-- empty text and not NULL, which are one in here.
create function rollups.has_subjects(
    from_time timestamptz, to_time timestamptz,
    login text, category text, brand text, product text, event text
) returns boolean
language plpgsql stable parallel safe
as $$
begin
    return $1 >= '0001-01-01T00:00:00Z'::timestamptz and $2 < '10000-01-01T00:00:00Z'::timestamptz
           and $3 is distinct from '' and $4 is distinct from '' and $5 is distinct from '' and $6 is distinct from ''
           and $7 is null
           and (select s.ready from rollups.state s);
end
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

-- The scope of a filter: 0 for all, -1 for one that no event has. Several filters at
-- once are a scope where one of them keeps no more than all together, as a product
-- with its own category does; else NULL.
create function rollups.scope_of(category text, brand text, product text) returns integer
language plpgsql stable parallel safe
as $$
declare
    kept bigint;
    alone integer;
begin
    if num_nonnulls($1, $2, $3) = 0 then
        return 0;
    end if;
    kept := (select count(*) from rollups.kept_subjects($1, $2, $3));
    if kept = 0 then
        return -1;
    end if;
    for alone in
        select s.scope_no
          from (values ('p'::"char", $3), ('b', $2), ('c', $1)) f (kind, value)
          join rollups.scopes s using (kind, value)
    loop
        if num_nonnulls($1, $2, $3) = 1 or kept = (select count(*) from rollups.subjects where alone = any (scopes)) then
            return alone;
        end if;
    end loop;
    return null;
end
$$;

-- The same for those of people and sessions.
create function rollups.has(
    from_time timestamptz, to_time timestamptz,
    login text, category text, brand text, product text, event text
) returns boolean
language plpgsql stable parallel safe
as $$
begin
    return rollups.has_subjects($1, $2, $3, $4, $5, $6, $7) and rollups.scope_of($4, $5, $6) is not null;
end
$$;

-- The sums by subject that make up a range's whole hours.
create function rollups.subject_sums(
    from_time timestamptz, to_time timestamptz, asked integer, category text, brand text, product text
) returns setof rollups.subject_counts
language sql stable parallel safe
as $$
    select c.*
      from rollups.pieces($1, $2) p
     cross join rollups.kept_subjects($4, $5, $6) s
     cross join lateral (
         -- Subject by subject: in the index a bucket is found under its subject.
         select *
           from rollups.subject_counts n
          where n.grain = p.grain and n.subject_no = s.subject_no and n.bucket >= p.starts and n.bucket < p.ends
         offset 0) c
     where p.starts < p.ends
       and ($3 is null or c.login_no = $3)
$$;

-- Hours of a range whose sessions no closed day sums up, in stretches.
create function rollups.hours_beside_days(from_time timestamptz, to_time timestamptz, scope integer)
returns table (starts timestamptz, ends timestamptz)
language sql stable parallel safe rows 4
as $$
    select s.*
      from rollups.cut($1, $2) c
     cross join lateral (
         select c.h1, c.d1 where c.h1 < c.d1
          union all
         select c.d2, c.h2 where c.d2 < c.h2
          union all
         select day, day + interval '24 hours'
           from rollups.days
          where scope_no = $3 and day >= c.d1 and day < c.d2 and not has_sessions) s
$$;

-- The parts of a closed day that people or seconds of everything are summed up in too,
-- and what they are parts of.
create function rollups.parts_of_day(wanted text) returns table (hours integer, part_of integer)
language sql immutable parallel safe rows 3
as $$
    select p.hours, p.part_of
      from (values ('people', 1, 4), ('people', 4, 12), ('people', 12, 24), ('sessions', 2, 24)) p (wanted, hours, part_of)
     where p.wanted = $1
$$;

-- The spans that sum up people or seconds of a range: closed days; of everything as many
-- of them in one as there are, and the longest parts of one that the range has some of only.
create function rollups.spans(from_time timestamptz, to_time timestamptz, scope integer, wanted text)
returns table (hours integer, starts timestamptz)
language sql stable
as $$
      with closed as (
        select d.day
          from rollups.cut($1, $2) c
          join rollups.days d on d.scope_no = $3 and d.day > c.h1 - interval '24 hours' and d.day < c.h2
         where case $4 when 'people' then d.has_people when 'sessions' then d.has_sessions end
    )
    select p.hours, s.starts
      from rollups.cut($1, $2) c
     cross join lateral (values (c.h1, c.d1), (c.d2, c.h2)) e (starts, ends)
     cross join rollups.parts_of_day($4) p
     cross join lateral (select make_interval(hours => p.hours) as long, make_interval(hours => p.part_of) as longer) l
     cross join lateral generate_series(date_bin(l.long, e.starts, 'epoch'), e.ends - l.long, l.long) as s (starts)
     cross join lateral (select date_bin(l.longer, s.starts, 'epoch') as starts) w
     where $3 = 0
       and s.starts >= e.starts
       -- The range has not all of what that is a part of.
       and (w.starts < e.starts or w.starts + l.longer > e.ends)
       and date_bin('24 hours', s.starts, 'epoch') in (select day from closed)
     union all
    select distinct s.hours, date_bin(make_interval(hours => s.hours), s.day, 'epoch')
      from (select d.day,
                   case when $3 <> 0 then 24
                        when count(*) over (partition by date_bin('384 hours', d.day, 'epoch')) = 16 then 384
                        when count(*) over (partition by date_bin('96 hours', d.day, 'epoch')) = 4 then 96
                        else 24 end as hours
              from rollups.cut($1, $2) c
              join closed d on d.day >= c.d1 and d.day < c.d2) s
$$;

-- The whole hours of a range that are in none of those.
create function rollups.hours_beside_spans(from_time timestamptz, to_time timestamptz, scope integer, wanted text)
returns table (starts timestamptz, ends timestamptz)
language sql stable
as $$
    select h.hour, h.hour + interval '1 hour'
      from rollups.cut($1, $2) c
     cross join lateral (values (c.h1, c.d1), (c.d2, c.h2)) e (starts, ends)
     cross join lateral generate_series(e.starts, e.ends - interval '1 hour', interval '1 hour') as h (hour)
     where h.hour not in (
               select s.starts + make_interval(hours => n)
                 from rollups.spans($1, $2, $3, $4) s
                cross join lateral generate_series(0, s.hours - 1) as n
                where s.hours < 24)
     union all
    select d.day, d.day + interval '24 hours'
      from rollups.cut($1, $2) c
      join rollups.days d on d.scope_no = $3 and d.day >= c.d1 and d.day < c.d2
     where not case $4 when 'people' then d.has_people when 'sessions' then d.has_sessions end
$$;
