-- A table that is taken over may hold session ids that are longer than a tree takes (2,704 bytes). Then
-- their index is made of hashes, before the migration that would make a tree.
do $$
begin
    if to_regclass('public.clickstream_events') is null or to_regclass('public.clickstream_events_session_idx') is not null then
        return;
    end if;
    if exists (select from public.clickstream_events where octet_length(session_id) > 2500) then
        create index clickstream_events_session_idx
            on public.clickstream_events using hash (session_id) where session_id <> '';
    end if;
end
$$
