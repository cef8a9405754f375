-- Where everything lives that migrations make, but for the events. The owner may also keep the
-- events in public; nobody else may put anything there. Schemas of functions and rollups are made
-- with their contents.
do $$
declare
    wanted text;
begin
    foreach wanted in array array['etl', 'context'] loop
        if not exists (select from pg_namespace where nspname = wanted) then
            execute format('create schema %I authorization sbw_owner', wanted);
        end if;
    end loop;
    grant usage, create on schema public to sbw_owner;
    revoke create on schema public from public;
end
$$;
