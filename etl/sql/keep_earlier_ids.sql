-- Gives those events of `incoming` that an earlier version loaded the ids that they have in the
-- warehouse, so that they are known there, excluded or not. $1: their ids; $2: the earlier ones; $3: whether all
-- events without a usable id shared that, so that name and time must be the same, too.
-- Answers with both ids of each.
--
-- The client must be the same: an id that somebody guessed is not the event's.
update pg_temp.incoming i
   set event_id = l.earlier_id
  from unnest($1::uuid[], $2::uuid[], $3::boolean[]) l (event_id, earlier_id, is_shared)
 where i.event_id = l.event_id
   and (exists (select from public.clickstream_events e
                 where e.event_id = l.earlier_id
                   and e.client_id is not distinct from i.client_id
                   and (not l.is_shared or (e.event_name, e.event_timestamp) = (i.event_name, i.event_timestamp))
                offset 0)
        or exists (select from etl.excluded_events x
                    where x.event_id = l.earlier_id
                      and x.event ->> 'client_id' is not distinct from i.client_id
                      and (not l.is_shared or (x.event ->> 'event_name', (x.event ->> 'event_timestamp')::timestamptz) = (i.event_name, i.event_timestamp))
                   offset 0))
returning l.event_id, l.earlier_id
