-- Adds origins ($1: an array of objects) to the dictionary, in one order (see add_pages.sql).
insert into context.origins (referrer_host, utm_source, utm_medium, utm_campaign, click_id)
select v.referrer_host, v.utm_source, v.utm_medium, v.utm_campaign, v.click_id
  from jsonb_to_recordset($1::jsonb)
           as v (referrer_host text, utm_source text, utm_medium text, utm_campaign text, click_id text)
 order by v.referrer_host collate "C", v.utm_source collate "C", v.utm_medium collate "C",
          v.utm_campaign collate "C", v.click_id collate "C"
    on conflict do nothing
