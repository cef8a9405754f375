-- Sessions of a range: the sums of those that began in the pieces, and what each other one did.

-- What a session did; sign -1 takes it out of the sums again.
create type metrics.fact as (
    sign integer, events integer, is_new boolean, entered boolean, carted boolean, abandoned boolean, converted boolean, engaged boolean,
    lasted integer, wait2 integer, wait3 integer, wait4 integer);

-- Corrects the sums of the pieces: what each session did in the range that began in a gap, was open at
-- an end of the pieces, or has changed since; and with sign -1, what the sums say of those that go on
-- after the range.
create function metrics.session_facts(r metrics.reading) returns setof metrics.fact
language plpgsql stable as $$
declare
    ends constant timestamptz[] := array(select lower(c) from unnest(r.covered) c union select upper(c) from unnest(r.covered) c);
    open_sessions constant metrics.session[] := array(select s from metrics.sessions_open_at(ends) s where s.session_id not in (select unnest(r.stale)));
    -- In no sum, and in the range as a whole.
    whole metrics.session[] := '{}';
    -- In the sums, and over before the end of the range.
    summed text[] := array(select session_id from unnest(open_sessions) where first_at <@ r.covered and last_at < r.to_time);
    -- In the sums, and going on after the range.
    beyond text[] := array(select session_id from unnest(open_sessions) where first_at <@ r.covered and last_at >= r.to_time);
    -- Computed from their events in the pieces.
    apart constant text[] := array(select session_id from unnest(open_sessions) where not first_at <@ r.covered) || beyond || array(select unnest(r.stale) except select unnest(r.long_ids));
begin
    if r.segment_no = 0 then
        whole := array(
            select s from metrics.sessions_begun_in(r.gaps - r.dirty) s
             where s.last_at < r.to_time and (r.login_no is null or s.login_no = r.login_no) and s.session_id not in (select unnest(r.stale)));
        return query
        select s.sign, s.events, s.is_new, s.entered, s.carted, s.abandoned, s.converted, s.engaged, s.lasted, s.wait2, s.wait3, s.wait4
          from (select 1 as sign, w.* from unnest(whole) w
                 union all
                select -1, o.* from unnest(open_sessions) o where o.session_id in (select unnest(beyond)) and (r.login_no is null or o.login_no = r.login_no)) s;
        summed := summed || array(select session_id from unnest(whole));
        beyond := array(select session_id from unnest(open_sessions) where session_id in (select unnest(beyond)) and r.login_no is not null and login_no = -1);
    end if;
    return query
    select m.sign, f.events, f.is_new, f.entered, f.carted, f.abandoned, f.converted, f.engaged, f.lasted, f.wait2, f.wait3, f.wait4
      from (select sign, count(*) as events, min(event_timestamp) as first_at, max(event_timestamp) as last_at, coalesce(bool_or(is_first_visit), false) as is_new,
                   min(event_timestamp) filter (where event_name = 'product_view') as view_at,
                   array_agg(event_timestamp) filter (where event_name = 'add_to_cart_click') as carts,
                   array_agg(event_timestamp) filter (where event_name = 'checkout_start') as starts,
                   array_agg(event_timestamp) filter (where event_name = 'checkout_complete') as completes,
                   count(*) filter (where event_name = 'page_view') as page_views, bool_or(is_order) as has_order
              from (select 1 as sign, k.* from metrics.kept_events(r) k where k.session_id not in (select unnest(summed))
                     union all
                    select 1, k.* from metrics.kept_events_of(r, apart, r.covered, true) k where k.session_id not in (select unnest(r.long_ids || summed))
                     union all
                    select -1, k.* from metrics.kept_events_of(r, beyond, '{(,)}', true) k) k
             where session_id is not null
             group by sign, session_id) m
     cross join lateral metrics.facts_of(m.events, m.first_at, m.last_at, m.is_new, m.view_at, m.carts, m.starts, m.completes, m.page_views, m.has_order) f;
end
$$;

-- The rows of rollups.visits, of buckets of this length, that a login filter asks for.
create function metrics.visit_logins(login_no smallint, hours smallint) returns smallint[]
language sql immutable parallel safe as $$ select case when $1 is not null then array[$1, $1 + 10] when $2 = 1 then '{-1,0,1,2,3,4}' else '{-2}' end::smallint[] $$;

create function metrics.session_sums(r metrics.reading, facts metrics.fact[]) returns table (
    sessions bigint, events bigint, entered bigint, carted bigint, abandoned bigint, converted bigint, engaged bigint, new_sessions bigint)
language sql stable as $$
    select coalesce(sum(s.sessions), 0)::bigint, coalesce(sum(s.events), 0)::bigint, coalesce(sum(s.entered), 0)::bigint, coalesce(sum(s.carted), 0)::bigint,
           coalesce(sum(s.abandoned), 0)::bigint, coalesce(sum(s.converted), 0)::bigint, coalesce(sum(s.engaged), 0)::bigint, coalesce(sum(s.new_sessions), 0)::bigint
      from (select v.sessions, v.events, v.entered, v.carted, v.abandoned, v.converted, v.engaged, v.new_sessions
              from unnest(($1).pieces) p
             cross join lateral (
                 select * from rollups.visits v
                  where v.segment_no = ($1).segment_no and v.hours = p.hours and v.bucket = p.bucket and v.login_no = any (metrics.visit_logins(($1).login_no, p.hours)) offset 0) v
             union all
            select sign, sign * events, sign * entered::integer, sign * carted::integer, sign * abandoned::integer, sign * converted::integer,
                   sign * engaged::integer, sign * is_new::integer
              from unnest($2)) s
$$;

-- How many sessions lasted (measure 1), or waited for step 2, 3 or 4 of the standard funnel, how many seconds.
create function metrics.session_seconds(r metrics.reading, facts metrics.fact[], measures integer[])
returns table (measure integer, seconds bigint, sessions bigint)
language sql stable as $$
    select s.measure, s.seconds::bigint, sum(s.sessions)::bigint
      from (select u.measure, u.seconds, u.sessions
              from unnest(($1).pieces) p
             cross join lateral (
                 select * from rollups.visits v
                  where v.segment_no = ($1).segment_no and v.hours = p.hours and v.bucket = p.bucket and v.login_no = any (metrics.visit_logins(($1).login_no, p.hours)) offset 0) v
             cross join lateral unnest(v.measures, v.seconds, v.counts) u (measure, seconds, sessions)
             where u.measure = any ($3)
             union all
            select m.measure, m.seconds, f.sign
              from unnest($2) f
             cross join lateral (values (1, f.lasted), (2, f.wait2), (3, f.wait3), (4, f.wait4)) m (measure, seconds)
             where m.measure = any ($3)) s
     where s.seconds is not null
     group by 1, 2 having sum(s.sessions) <> 0
$$;

-- How long sessions were, how many of each class of length, and what they did.
create function metrics.session_lengths(
    from_time timestamptz, to_time timestamptz, login text, category text, brand text, product text, event text
) returns table (
    sessions bigint, events bigint, median_seconds bigint, p90_seconds bigint, engaged bigint, new_sessions bigint, classes bigint[])
language plpgsql stable as $$
declare
    r constant metrics.reading := metrics.read($1, $2, $3, $4, $5, $6, $7, '{168,24,6,1}', false);
    facts constant metrics.fact[] := array(select f from metrics.session_facts(r) f);
begin
    return query
    select t.sessions, t.events, p.percentiles[1], p.percentiles[2], t.engaged, t.new_sessions, p.classes
      from metrics.session_sums(r, facts) t,
           (select metrics.percentiles(array_agg(s.seconds), array_agg(s.sessions), '{0.5,0.9}') as percentiles,
                   array[coalesce(sum(s.sessions) filter (where s.seconds <= 0), 0), coalesce(sum(s.sessions) filter (where s.seconds between 1 and 10), 0),
                         coalesce(sum(s.sessions) filter (where s.seconds between 11 and 60), 0), coalesce(sum(s.sessions) filter (where s.seconds between 61 and 300), 0),
                         coalesce(sum(s.sessions) filter (where s.seconds between 301 and 900), 0), coalesce(sum(s.sessions) filter (where s.seconds between 901 and 1800), 0),
                         coalesce(sum(s.sessions) filter (where s.seconds > 1800), 0)]::bigint[] as classes
              from metrics.session_seconds(r, facts, '{1}') s) p;
end
$$;

-- How far a session came along the steps: for each step that it reached, the place of its event among
-- all (in order of time and id). A step may name alternatives: `a|b`. A step's event is the first of
-- such a name at or after the step before; an event serves one step only: after one of the same name, a
-- later one is needed.
create function metrics.walk(names text[], times timestamptz[], wanted text[]) returns integer[]
language plpgsql immutable as $$
declare
    used integer[] := '{}';
    alternatives text[];
    place integer;
    earlier integer;
begin
    for step in 1 .. cardinality(wanted) loop
        alternatives := string_to_array(wanted[step], '|');
        place := 1;
        foreach earlier in array used loop
            if names[earlier] = any (alternatives) then
                place := greatest(place, earlier + 1);
            end if;
        end loop;
        while place <= cardinality(names)
              and (names[place] <> all (alternatives) or step > 1 and times[place] < times[used[step - 1]]) loop
            place := place + 1;
        end loop;
        exit when place > cardinality(names);
        used := used || place;
    end loop;
    return used;
end
$$;

-- The funnel: how many sessions of each group reached each step, and the median wait. Rows only for
-- steps that were reached. The group of a session is that of its first step's event.
create function metrics.funnel_counts(
    from_time timestamptz, to_time timestamptz,
    login text, category text, brand text, product text, event text, wanted text[], split_by text
) returns table (segment text, step integer, sessions bigint, median_seconds bigint)
language plpgsql stable as $$
#variable_conflict use_column
declare
    is_standard constant boolean := split_by is null and wanted = '{product_view,add_to_cart_click,checkout_start,checkout_complete}';
    r constant metrics.reading := metrics.read($1, $2, $3, $4, $5, $6, $7, case when is_standard then '{168,24,6,1}' else '{}' end::smallint[], false);
    facts metrics.fact[];
begin
    if is_standard and cardinality(r.pieces) > 0 then
        facts := array(select f from metrics.session_facts(r) f);
        return query
        select null::text, 1, t.entered, null::bigint from metrics.session_sums(r, facts) t where t.entered > 0
         union all
        select null, s.measure, sum(s.sessions)::bigint, (metrics.percentiles(array_agg(s.seconds), array_agg(s.sessions), '{0.5}'))[1]
          from metrics.session_seconds(r, facts, '{2,3,4}') s
         group by s.measure;
        return;
    end if;
    return query
      with sessions as (
        select array_agg(k.event_name order by k.event_timestamp, k.event_id) as names,
               array_agg(k.event_timestamp order by k.event_timestamp, k.event_id) as times,
               array_agg(case split_by
                             when 'login' then metrics.login_name(k.login_no)
                             when 'category' then k.context_product_category
                             when 'brand' then k.context_product_brand
                         end order by k.event_timestamp, k.event_id) as groups
          from metrics.kept_events(r) k
         where k.session_id is not null and k.event_name = any (string_to_array(array_to_string(wanted, '|'), '|'))
         group by k.session_id
    )
    select case when split_by is not null then coalesce(nullif(w.groups[w.used[1]], ''), 'UNKNOWN') end, step, count(*),
           percentile_disc(0.5) within group (order by metrics.whole_seconds(w.times[w.used[step]] - w.times[w.used[step - 1]]))
      from (select s.*, metrics.walk(names, times, wanted) as used from sessions s) w
     cross join lateral generate_subscripts(w.used, 1) step
     group by 1, 2;
end
$$;
