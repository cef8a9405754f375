-- Adds pages ($1: an array of {host, path}) to the dictionary. In one order, so that two loaders
-- that add the same pages wait for each other and never in a circle.
insert into context.pages (host, path)
select v.host, v.path
  from jsonb_to_recordset($1::jsonb) as v (host text, path text)
 order by v.host collate "C", v.path collate "C"
    on conflict do nothing
