-- Where a session came from, by what its first event with a page says.

-- Hosts that are known, by the name before the top-level domain. Searches of others' mail and maps are
-- no search engines.
create function metrics.known_host(host text, out name text, out medium text)
language sql immutable parallel safe
as $$
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
language sql immutable parallel safe
as $$
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
-- Of one with more events than a session has: nothing.
create function metrics.session_context(session_id text) returns table (
    source text, medium text, campaign text, device text, browser text, os text, entry_page text, exit_page text, visitor text, member text)
language sql stable
as $$
    select s.source, s.medium, s.campaign, coalesce(a.device, case when a.agent_no is null and c.origin_no is null then null else 'unknown' end), a.browser, a.os, p.path, q.path,
           case when c.is_new then 'new' else 'returning' end, case c.member when 2 then 'logged_in' when 1 then 'guest' else 'anonymous' end
      from (select (array_agg(x.origin_no order by e.event_timestamp, e.event_id) filter (where x.page_no is not null))[1] as origin_no,
                   (array_agg(x.agent_no order by e.event_timestamp, e.event_id) filter (where x.agent_no is not null))[1] as agent_no,
                   (array_agg(x.page_no order by e.event_timestamp, e.event_id) filter (where x.page_no is not null))[1] as entry_page,
                   (array_agg(x.page_no order by e.event_timestamp desc, e.event_id desc) filter (where x.page_no is not null))[1] as exit_page,
                   coalesce(bool_or(e.is_first_visit), false) as is_new,
                   max(case when e.user_login_state = 'logged_in' or metrics.known_id(e.user_id) is not null then 2 when e.user_login_state = 'guest' then 1 else 0 end) as member
              from (select * from public.clickstream_events e where e.session_id = $1 and e.session_id <> '' offset 0) e
              left join lateral (select * from context.events x where x.event_id = e.event_id offset 0) x on true) c
      left join context.origins o on o.origin_no = c.origin_no
      left join context.agents a on a.agent_no = c.agent_no
      left join context.pages p on p.page_no = c.entry_page
      left join context.pages q on q.page_no = c.exit_page
      left join lateral metrics.source_of(o.referrer_host, o.utm_source, o.utm_medium, o.utm_campaign, o.click_id) s on c.origin_no is not null
$$;
