-- Keeps the sessions in step with the events. Of a session that was there before
-- and gets an event, what it was is taken out of the sums, and what it is put in.

create function rollups.add_sessions() returns trigger
language plpgsql security definer
-- The planner expects too much or too little of what comes from sets in here, and
-- would sort and loop where it should hash.
set search_path = pg_catalog, pg_temp set enable_nestloop = off set enable_mergejoin = off set enable_sort = off
set enable_seqscan = on set jit = off set work_mem = '64MB'
as $$
declare
    epoch constant timestamptz := 'epoch';
    horizon timestamptz := 'infinity';
begin
    if not (select ready from rollups.state) then
        return null;
    end if;
    -- Filling from the events that are there already: later ones come later.
    if tg_table_schema = 'rollups' then
        horizon := (select max(t.at) from pg_temp.rollups_told v, unnest(v.times) as t (at));
    end if;

    -- By their index, however few sessions there were when this was planned.
    perform set_config('enable_seqscan', 'off', true);
    delete from rollups.sessions s
     where s.ctid = any (array(
               select o.ctid
                 from pg_temp.rollups_touched t
                cross join lateral (
                    select r.ctid from rollups.sessions r where r.session_id = t.session_id offset 0) o
                where t.is_known));
    perform set_config('enable_seqscan', 'on', true);

    with known as materialized (
        select session_no, session_id from pg_temp.rollups_touched where is_known
    ),
    -- Of those the events: as they are now, with sign 1, and as they were, with sign -1.
    now_known as materialized (
        select t.session_no, s.subject_no, l.word_no as login_no, k.event_timestamp as at,
               rollups.kind_of(rollups.step_of(k.event_name), k.is_first_visit) as kind
          from known t
         cross join lateral (
             select * from public.clickstream_events e
              where e.session_id = t.session_id and e.session_id <> ''
             offset 0) k
          join rollups.words l on l.word = coalesce(k.user_login_state, '')
          left join rollups.subjects s
            on s.product_id = coalesce(k.context_product_id, '')
           and s.name = coalesce(k.context_product_name, '')
           and s.category = coalesce(k.context_product_category, '')
           and s.brand = coalesce(k.context_product_brand, '')
         -- Out here, or the index of times would be read as a whole for each session.
         where rollups.in_calendar(k.event_timestamp)
           and k.event_timestamp <= horizon
    ),
    read_again as materialized (
        select 1 as sign, * from now_known
         union all
        select -1, *
          from (select * from now_known
                except all
                select v.session_no, rollups.subject_of(unnest(t.topics)), v.login_no,
                       unnest(t.times), unnest(t.kinds)
                  from pg_temp.rollups_visits v
                  join pg_temp.rollups_told t using (visit_no)
                 where v.session_no in (select session_no from known)) before
    ),
    -- Of sessions that were there before, or are of several login states.
    mixed as materialized (
        select 1 as sign, session_no, subject_no, login_no, hour, first_at, last_at, viewed_at, carted_at, started_at,
               completed_at, events, is_new
          from pg_temp.rollups_spells
          join pg_temp.rollups_visits using (visit_no)
         where session_no is not null
           and not is_simple
           and session_no not in (select session_no from known)
         union all
        select sign, session_no, subject_no, login_no, date_bin('1 hour', at, epoch),
               min(at), max(at), min(at) filter (where kind & 7 = 1), min(at) filter (where kind & 7 = 2),
               min(at) filter (where kind & 7 = 3), min(at) filter (where kind & 7 = 4),
               count(*)::integer, max(kind) >= 8
          from read_again
         group by 1, 2, 3, 4, 5
    ),
    mixed_scopes as materialized (
        select *, min(login_no) over states <> max(login_no) over states as is_several
          from (select unnest(coalesce(s.scopes, '{0}')) as scope_no, m.*
                  from mixed m
                  left join rollups.subjects s using (subject_no)) m
        window states as (partition by sign, session_no, scope_no)
    ),
    -- What a session did in a scope: as a whole (part 0), and in each login state of several.
    units as materialized (
        select u.*,
               -- The first of each step, in order, are its way along the funnel. If they
               -- are not in order, a later one may be.
               coalesce(carted_at < viewed_at
                        or (viewed_at is not null and started_at < carted_at)
                        or (viewed_at is not null and carted_at is not null and completed_at < started_at), false) as is_unclear
          from (select 1 as sign, session_no, scope_no, 0 as part, min(login_no) as login_no, sum(events) as events,
                       min(first_at) as first_at, max(last_at) as last_at, min(viewed_at) as viewed_at,
                       min(carted_at) as carted_at, min(started_at) as started_at, min(completed_at) as completed_at,
                       bool_or(is_new) as is_new
                  from (select unnest(coalesce(s.scopes, '{0}')) as scope_no, v.session_no, v.login_no, p.*
                          from pg_temp.rollups_spells p
                          join pg_temp.rollups_visits v using (visit_no)
                          left join rollups.subjects s using (subject_no)
                         where v.is_simple) p
                 group by session_no, scope_no
                 union all
                select m.sign, m.session_no, m.scope_no, p.part,
                       case when min(m.login_no) = max(m.login_no) then min(m.login_no) end, sum(m.events),
                       min(m.first_at), max(m.last_at), min(m.viewed_at),
                       min(m.carted_at), min(m.started_at), min(m.completed_at),
                       bool_or(m.is_new)
                  from mixed_scopes m
                 cross join lateral (values (0), (case when m.is_several then m.login_no end)) p (part)
                 where p.part is not null
                 group by m.sign, m.session_no, m.scope_no, p.part) u
    ),
    unclear as materialized (
        select * from units where is_unclear
    ),
    beyond as (
        select unnest(coalesce(s.scopes, '{0}')) as scope_no, b.*
          from (select sign, session_no, subject_no, login_no, at, kind & 7 as step
                  from (select * from read_again
                         union all
                        select 1, v.session_no, rollups.subject_of(unnest(t.topics)), v.login_no,
                               unnest(t.times), unnest(t.kinds)
                          from pg_temp.rollups_visits v
                          join pg_temp.rollups_told t using (visit_no)
                         where v.session_no in (select session_no from unclear)
                           and v.session_no not in (select session_no from known)) e
                 where kind & 7 > 1) b
          left join rollups.subjects s using (subject_no)
    ),
    steps as materialized (
        select u.sign, u.session_no, u.scope_no, u.part, u.viewed_at, e.at, e.step
          from unclear u
          join beyond e using (sign, session_no, scope_no)
         where (u.part = 0 or e.login_no = u.part)
           and e.at >= u.viewed_at
    ),
    step2 as materialized (
        select sign, session_no, scope_no, part, min(at) as at
          from steps where step = 2 group by 1, 2, 3, 4
    ),
    step3 as materialized (
        select sign, session_no, scope_no, part, min(s.at) as at
          from step2 b join steps s using (sign, session_no, scope_no, part)
         where s.step = 3 and s.at >= b.at group by 1, 2, 3, 4
    ),
    step4 as materialized (
        select sign, session_no, scope_no, part, min(s.at) as at
          from step3 b join steps s using (sign, session_no, scope_no, part)
         where s.step = 4 and s.at >= b.at group by 1, 2, 3, 4
    ),
    ways as (
        select u.*, viewed_at as at1, at2, at3, case when completed_at >= at3 then completed_at end as at4
          from (select * from units where not is_unclear) u
         cross join lateral (select case when carted_at >= viewed_at then carted_at end as at2) c
         cross join lateral (select case when started_at >= at2 then started_at end as at3) s
         union all
        select u.*, u.viewed_at, step2.at, step3.at, step4.at
          from unclear u
          left join step2 using (sign, session_no, scope_no, part)
          left join step3 using (sign, session_no, scope_no, part)
          left join step4 using (sign, session_no, scope_no, part)
    ),
    facts as not materialized (
        select sign, session_no, scope_no, part, login_no, events, first_at, last_at, is_new,
               part <> 0 as is_part,
               date_bin('1 hour', first_at, epoch) as hour,
               carted_at is not null as is_carted,
               completed_at is not null as is_converted,
               at1, at2, at3, at4,
               -- What is taken out again is written as -1 - itself.
               case when sign < 0 then -1 else 0 end + sign * rollups.whole_seconds(last_at - first_at) as seconds,
               case when sign < 0 then -1 else 0 end + sign * rollups.whole_seconds(at2 - at1) as wait2,
               case when sign < 0 then -1 else 0 end + sign * rollups.whole_seconds(at3 - at2) as wait3,
               case when sign < 0 then -1 else 0 end + sign * rollups.whole_seconds(at4 - at3) as wait4
          from ways
    ),
    traces as (
        select v.session_no, 0 as part, t.times, t.kinds
          from pg_temp.rollups_visits v
          join pg_temp.rollups_told t using (visit_no)
         where v.is_alone
         union all
        select e.session_no, p.part, array_agg(e.at), array_agg(e.kind)
          from (select session_no, login_no, unnest(times) as at, unnest(kinds) as kind
                  from pg_temp.rollups_visits
                  join pg_temp.rollups_told using (visit_no)
                 where not is_alone
                   and session_no not in (select session_no from known)
                 union all
                select session_no, login_no, at, kind from read_again where sign = 1) e
         cross join lateral (values (0), (e.login_no)) p (part)
         group by 1, 2
    ),
    kept as (
        insert into rollups.sessions
        select t.session_id, f.first_at, f.last_at,
               greatest(case when f.last_at - f.first_at <= interval '15 minutes' then 0
                             else ceil(log(4, extract(epoch from f.last_at - f.first_at) / 900)) end,
                        case when is_long then rollups.short_span() + 1 end),
               f.is_part, f.login_no, f.events, f.is_carted, f.is_converted, f.is_new,
               num_nonnulls(f.at1, f.at2, f.at3, f.at4),
               f.wait2, f.wait3, f.wait4,
               case when not is_long then e.times end, case when not is_long then e.kinds end
          from facts f
          join pg_temp.rollups_touched t using (session_no)
          join traces e using (session_no, part)
         cross join lateral (select f.events > (select lengthy from rollups.state) as is_long) l
         where f.scope_no = 0 and f.sign = 1
         -- Those of a time are read together.
         order by f.first_at
    ),
    counts as (
        insert into rollups.session_counts as t
        select 'h', is_part, scope_no, hour, login_no,
               sum(sign),
               coalesce(sum(sign) filter (where is_carted), 0),
               coalesce(sum(sign) filter (where is_converted), 0),
               coalesce(sum(sign) filter (where is_carted and not is_converted), 0),
               coalesce(sum(sign) filter (where events = 1), 0),
               coalesce(sum(sign) filter (where is_new), 0),
               coalesce(sum(sign) filter (where at1 is not null), 0),
               coalesce(sum(sign) filter (where at2 is not null), 0),
               coalesce(sum(sign) filter (where at3 is not null), 0),
               coalesce(sum(sign) filter (where at4 is not null), 0),
               sum(sign * events),
               array_agg(seconds),
               array_agg(wait2) filter (where at2 is not null),
               array_agg(wait3) filter (where at3 is not null),
               array_agg(wait4) filter (where at4 is not null)
          from facts
         group by is_part, scope_no, hour, login_no
            on conflict (scope_no, grain, bucket, is_part, login_no) do update
           set sessions = t.sessions + excluded.sessions,
               carted = t.carted + excluded.carted,
               converted = t.converted + excluded.converted,
               abandoned = t.abandoned + excluded.abandoned,
               bounces = t.bounces + excluded.bounces,
               new_sessions = t.new_sessions + excluded.new_sessions,
               reached1 = t.reached1 + excluded.reached1,
               reached2 = t.reached2 + excluded.reached2,
               reached3 = t.reached3 + excluded.reached3,
               reached4 = t.reached4 + excluded.reached4,
               events = t.events + excluded.events,
               seconds = rollups.with_changes(t.seconds, excluded.seconds),
               wait2 = rollups.with_changes(t.wait2, excluded.wait2),
               wait3 = rollups.with_changes(t.wait3, excluded.wait3),
               wait4 = rollups.with_changes(t.wait4, excluded.wait4)
        returning t.scope_no, t.bucket
    ),
    -- Most stay in the hour that they began in.
    lasting as materialized (
        select sign, session_no, scope_no, part, is_part, login_no from facts where last_at >= hour + interval '1 hour'
    ),
    stays as (
        insert into rollups.session_stays as t
        select scope_no, hour, previous, is_part, login_no, sum(sign)
          from (select scope_no, is_part, login_no, sign, hour,
                       lag(hour) over (partition by sign, session_no, scope_no, part order by hour) as previous
                  from (select distinct u.sign, u.session_no, u.scope_no, u.part, u.is_part, u.login_no, e.hour
                          from lasting u
                          join (select 1 as sign, session_no, unnest(coalesce(s.scopes, '{0}')) as scope_no, login_no, hour
                                  from (select * from pg_temp.rollups_spells
                                          join pg_temp.rollups_visits using (visit_no)
                                         where is_simple
                                           and session_no in (select session_no from lasting)) p
                                  left join rollups.subjects s using (subject_no)
                                 union all
                                select sign, session_no, scope_no, login_no, hour from mixed_scopes) e
                               using (sign, session_no, scope_no)
                         where u.part = 0 or e.login_no = u.part) h) s
         where previous is not null
         group by 1, 2, 3, 4, 5
        having sum(sign) <> 0
            on conflict (scope_no, hour, previous, is_part, login_no) do update
           set sessions = t.sessions + excluded.sessions
    )
    insert into rollups.days as t (scope_no, day, is_open, has_people, has_sessions, turn)
    select distinct scope_no, date_bin('1 day', bucket, epoch), true, false, false, currval('rollups.turns')
      from counts
        on conflict (scope_no, day) do update
       set is_open = true, has_people = false, has_sessions = false, turn = excluded.turn;
    return null;
end
$$;
