-- Where everything but the events lives. The owner may also keep the events in
-- public; nobody else may put anything there.
do $$
begin
    if not exists (select from pg_namespace where nspname = 'etl') then
        create schema etl authorization sbw_owner;
    end if;
    if not exists (select from pg_namespace where nspname = 'metrics') then
        create schema metrics authorization sbw_owner;
    end if;
    if not exists (select from pg_namespace where nspname = 'rollups') then
        create schema rollups authorization sbw_owner;
    end if;
    grant usage, create on schema public to sbw_owner;
    revoke create on schema public from public;
end
$$;
