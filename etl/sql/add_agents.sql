-- Adds agents ($1: an array of {device, browser, os}) to the dictionary, in one order (see
-- add_pages.sql).
insert into context.agents (device, browser, os)
select v.device, v.browser, v.os
  from jsonb_to_recordset($1::jsonb) as v (device text, browser text, os text)
 order by v.device collate "C", v.browser collate "C", v.os collate "C"
    on conflict do nothing
