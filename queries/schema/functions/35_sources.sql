-- Where a session came from, by what its first event with a page says.

-- Hosts that are known, by the name before the top-level domain. Mail and maps of a search engine do not
-- count as searches.
create function metrics.known_host(host text, out name text, out medium text)
language sql immutable parallel safe as $$
    select case when label in ('fb', 'fbcdn') or $1 in ('m.me') then 'facebook'
                when $1 = 't.co' or label = 'x' then 'twitter'
                when $1 = 'youtu.be' then 'youtube'
                when $1 = 'lnkd.in' then 'linkedin'
                when $1 like 'com.google.android.%' then 'google'
                else label end,
           case when $1 ~ '^((www|m|search|[a-z]{2}|images)\.)?(google|bing|yahoo|duckduckgo|coccoc|baidu|yandex|ecosia|qwant|naver|startpage|ask)(\.[a-z]{2,3}){1,2}$'
                     or $1 in ('search.brave.com', 'html.duckduckgo.com', 'com.google.android.googlequicksearchbox') or $1 like 'search.yahoo.%' or $1 like '%.search.yahoo.%' then 'organic'
                when label in ('facebook', 'fb', 'messenger', 'instagram', 'threads', 'tiktok', 'youtube', 'twitter', 'x', 'linkedin', 'pinterest', 'reddit',
                               'zalo', 'zaloapp', 'telegram', 'whatsapp', 'viber', 'wechat', 'weibo', 'vk', 'snapchat', 'discord', 'shopee', 'lazada', 'tiki', 'sendo')
                     or $1 in ('t.co', 'youtu.be', 'lnkd.in', 'm.me', 't.me', 'zaloapp.com') then 'social' end
      from (select (regexp_match($1, '([^.]+)\.(?:(?:com|co|net|org)\.)?[a-z]{2,}$'))[1] as label) l
$$;

create function metrics.source_of(
    referrer_host text, utm_source text, utm_medium text, utm_campaign text, click_id text, out source text, out medium text, out campaign text)
language sql immutable parallel safe as $$
    select left(coalesce($2, c.name, case when h.medium is not null then h.name end, $1, 'direct'), 100),
           left(case when $2 is not null or $3 is not null or $4 is not null then coalesce($3, 'none')
                     when c.name is not null then c.medium
                     when h.medium is not null then h.medium
                     when $1 is not null then 'referral'
                     else 'none' end, 100),
           $4
      from (select case when $5 in ('gclid', 'gbraid', 'wbraid') then 'google' when $5 = 'fbclid' then 'facebook' when $5 = 'msclkid' then 'bing'
                        when $5 = 'ttclid' then 'tiktok' when $5 = 'zaloclid' then 'zalo' end as name,
                   case when $5 in ('gclid', 'gbraid', 'wbraid', 'msclkid') then 'cpc' else 'social' end as medium) c,
           metrics.known_host($1) h
$$;

-- What all events of a session say of it: where it came from, on which device, to which page.
create function metrics.session_context(session_id text) returns table (source text, device text, entry_page text)
language sql stable as $$
    select s.source, coalesce(a.device, case when c.origin_no is not null then 'unknown' end), p.path
      from (select (array_agg(x.origin_no order by e.event_timestamp, e.event_id) filter (where x.page_no is not null))[1] as origin_no,
                   (array_agg(x.agent_no order by e.event_timestamp, e.event_id) filter (where x.agent_no is not null))[1] as agent_no,
                   (array_agg(x.page_no order by e.event_timestamp, e.event_id) filter (where x.page_no is not null))[1] as entry_page
              from (select * from public.clickstream_events e where e.session_id = $1 and e.session_id <> '' offset 0) e
             cross join lateral (select * from context.events x where x.event_id = e.event_id offset 0) x) c
      left join context.origins o on o.origin_no = c.origin_no
      left join context.agents a on a.agent_no = c.agent_no
      left join context.pages p on p.page_no = c.entry_page
      left join lateral metrics.source_of(o.referrer_host, o.utm_source, o.utm_medium, o.utm_campaign, o.click_id) s on c.origin_no is not null
$$;
