-- Under which ids the events of some people are known ($1 clients, $2 users).
select distinct i.kind, i.id
  from (select client_id, session_id, user_id from public.clickstream_events where client_id = any ($1) or user_id = any ($2)
         union all
        select event ->> 'client_id', event ->> 'session_id', event ->> 'user_id' from etl.excluded_events
         where event ->> 'client_id' = any ($1) or event ->> 'user_id' = any ($2)) e
 cross join lateral (values ('client', e.client_id), ('session', e.session_id), ('user', e.user_id)) i (kind, id)
 where i.id <> ''
 order by 1, 2
