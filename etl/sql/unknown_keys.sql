-- Which of these keys ($1) the ledger does not know, by their place (from 1).
select k.place
  from unnest($1::text[]) with ordinality as k (object_key, place)
 where not exists (select from etl.ledger l where l.object_key = k.object_key)
