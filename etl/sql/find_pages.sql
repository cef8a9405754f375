-- The numbers of pages ($1: an array of {host, path}), in its order; NULL for one that is not in
-- the dictionary.
select (select p.page_no from context.pages p where p.host = v.host and p.path = v.path) as number
  from rows from (jsonb_to_recordset($1::jsonb) as (host text, path text)) with ordinality as v (host, path, place)
 order by v.place
