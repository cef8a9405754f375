-- The numbers of agents ($1: an array of {device, browser, os}), in its order; NULL for one that is
-- not in the dictionary. There are some hundreds at most: devices, browsers and systems have a
-- handful of names each.
select (
       select a.agent_no
         from context.agents a
        where a.device = v.device
          and a.browser is not distinct from v.browser
          and a.os is not distinct from v.os
       ) as number
  from rows from (jsonb_to_recordset($1::jsonb) as (device text, browser text, os text))
       with ordinality as v (device, browser, os, place)
 order by v.place
