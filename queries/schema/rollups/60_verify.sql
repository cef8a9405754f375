-- Verify: what the rollups hold of a day, against what its events come to.

-- The rows that the rollups hold of a day, in the buckets of `compared`. Of arrays the order does not
-- matter. Segments count up to those that a bucket was filled with.
create function rollups.rows_of(day timestamptz) returns table (rollup text, held jsonb)
language sql as $$
    select 'event_counts', to_jsonb(c) || jsonb_build_object('event', n.name)
      from pg_temp.compared
      join rollups.event_counts c using (hours, bucket)
      left join rollups.names n using (name_no)
     where segment_no <= segments
     union all
    select 'subject_counts', to_jsonb(c) || jsonb_build_object('product', s.product_key, 'category', s.category, 'brand', s.brand)
      from pg_temp.compared
      join rollups.subject_counts c using (hours, bucket)
      left join rollups.subjects s using (subject_no)
     union all
    select 'presence', to_jsonb(p) || jsonb_build_object('clients', (select array_agg(n order by n) from unnest(clients) n), 'client_bits', md5(client_bits::text),
                                                         'users', (select array_agg(n order by n) from unnest(users) n), 'user_bits', md5(user_bits::text))
      from pg_temp.compared
      join rollups.presence p using (hours, bucket)
     where segment_no <= segments
     union all
    select 'visits', to_jsonb(v) - '{measures,seconds,counts}'::text[] || jsonb_build_object('lengths', (select array_agg(u order by u) from unnest(measures, seconds, counts) u))
      from pg_temp.compared
      join rollups.visits v using (hours, bucket)
     where segment_no <= segments
     union all
    select 'sessions', to_jsonb(s) from rollups.sessions s where first_at >= $1 and first_at < $1 + interval '24 hours'
     union all
    select 'checkouts', to_jsonb(c) from rollups.checkouts c where event_timestamp >= $1 and event_timestamp < $1 + interval '24 hours'
     union all
    select 'checkout_items', to_jsonb(i) from rollups.checkout_items i where event_timestamp >= $1 and event_timestamp < $1 + interval '24 hours'
$$;

-- The days that the rollups hold something of.
create function rollups.days() returns setof timestamptz
language sql stable as $$ select distinct metrics.bucket_of(24::smallint, bucket) from rollups.filled where hours = 1 $$;

-- Rows that the rollups hold of a day and its events do not come to (`is_held`), or the other way round;
-- no row when they agree, nor when the day waits for a refresh. The day is counted anew, and that is undone.
create function rollups.verify_day(day timestamptz) returns table (rollup text, is_held boolean, content text)
language plpgsql security definer set search_path = pg_catalog, pg_temp set work_mem = '128MB' as $$
declare
    differences jsonb;
begin
    if exists (select from rollups.todo t where t.day = verify_day.day)
       or exists (
           select from rollups.stale s
            where s.hour >= verify_day.day and s.hour < verify_day.day + interval '24 hours'
               or exists (select from rollups.sessions o where o.session_id = s.session_id
                             and o.first_at >= verify_day.day and o.first_at < verify_day.day + interval '24 hours')
               or exists (select from rollups.checkouts o where o.session_id = s.session_id
                             and o.event_timestamp >= verify_day.day and o.event_timestamp < verify_day.day + interval '24 hours')) then
        return;
    end if;
    begin
        create temporary table compared on commit drop as
        select f.hours, f.bucket, f.segments
          from rollups.filled f
         where f.hours = 1 and f.bucket >= verify_day.day and f.bucket < verify_day.day + interval '24 hours'
            or f.hours = 6 and f.bucket >= verify_day.day and f.bucket < verify_day.day + interval '24 hours'
            or f.hours > 6 and f.bucket = metrics.bucket_of(f.hours, verify_day.day);
        create temporary table before on commit drop as select * from rollups.rows_of(verify_day.day);

        insert into rollups.todo values (verify_day.day);
        perform rollups.refresh_day(verify_day.day);
        perform rollups.fill_bucket(c.hours, case c.hours when 168 then 24 else 1 end::smallint, c.bucket)
           from (select * from pg_temp.compared where hours > 1 order by hours) c;

        create temporary table after on commit drop as select * from rollups.rows_of(verify_day.day);
        differences := (
            select jsonb_agg(d)
              from (select true as is_held, b.* from (select * from pg_temp.before except all select * from pg_temp.after) b
                     union all
                    select false, a.* from (select * from pg_temp.after except all select * from pg_temp.before) a) d);
        raise exception using errcode = 'UNDO0';
    exception
        when sqlstate 'UNDO0' then null;
    end;
    return query
    select d.rollup, d.is_held, d.held::text
      from jsonb_to_recordset(differences) d (rollup text, is_held boolean, held jsonb)
     order by d.rollup, d.held::text, d.is_held desc;
end
$$;
