-- Leaves of `incoming` what is not of people who were erased. Answers with the ids of the others.
-- Each id is hashed once.
with ids as materialized (
    select distinct k.kind, k.id
      from pg_temp.incoming i
     cross join lateral (values ('client', i.client_id), ('session', i.session_id), ('user', i.user_id)) as k (kind, id)
     where k.id is not null
       and k.kind = any (array(select kind from etl.erasures))
),
erased as materialized (
    select i.kind, i.id
      from ids i
     cross join (select distinct salt from etl.erasures) s
      join etl.erasures e on e.kind = i.kind and e.digest = etl.erasure_digest(s.salt, i.kind, i.id)
)
delete from pg_temp.incoming i
 where i.client_id in (select id from erased where kind = 'client')
    or i.session_id in (select id from erased where kind = 'session')
    or i.user_id in (select id from erased where kind = 'user')
returning i.event_id
