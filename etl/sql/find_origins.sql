-- The numbers of origins ($1: an array of objects), in its order; NULL for one that is not in the
-- dictionary. Compared as its unique index does, which holds '' for NULL: `is not distinct from`
-- would read the whole table for each.
select (
       select o.origin_no
         from context.origins o
        where coalesce(o.referrer_host, '') = coalesce(v.referrer_host, '')
          and coalesce(o.utm_source, '') = coalesce(v.utm_source, '')
          and coalesce(o.utm_medium, '') = coalesce(v.utm_medium, '')
          and coalesce(o.utm_campaign, '') = coalesce(v.utm_campaign, '')
          and coalesce(o.click_id, '') = coalesce(v.click_id, '')
       ) as number
  from rows from (
           jsonb_to_recordset($1::jsonb)
               as (referrer_host text, utm_source text, utm_medium text, utm_campaign text, click_id text)
       ) with ordinality as v (referrer_host, utm_source, utm_medium, utm_campaign, click_id, place)
 order by v.place
