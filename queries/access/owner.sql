-- What migrations made belongs to the owner. public.clickstream_events is not
-- among it: a table that was taken over keeps the owner it had.
do $$
declare
    thing record;
begin
    for thing in
        select format('%I.%I', n.nspname, c.relname) as name
          from pg_class c
          join pg_namespace n on n.oid = c.relnamespace
         where n.nspname in ('etl', 'context', 'metrics', 'rollups')
           and c.relkind in ('r', 'p', 'v', 'm')
           and c.relowner <> 'sbw_owner'::regrole
    loop
        execute format('alter table %s owner to sbw_owner', thing.name);
    end loop;

    -- Those of columns went with their tables.
    for thing in
        select format('%I.%I', n.nspname, c.relname) as name
          from pg_class c
          join pg_namespace n on n.oid = c.relnamespace
         where n.nspname in ('etl', 'context', 'metrics', 'rollups')
           and c.relkind = 'S'
           and c.relowner <> 'sbw_owner'::regrole
    loop
        execute format('alter sequence %s owner to sbw_owner', thing.name);
    end loop;

    for thing in
        select t.oid::regtype as name
          from pg_type t
          join pg_namespace n on n.oid = t.typnamespace
          left join pg_class c on c.oid = t.typrelid
         where n.nspname in ('etl', 'context', 'metrics', 'rollups')
           and t.typowner <> 'sbw_owner'::regrole
           and (t.typtype in ('e', 'd') or c.relkind = 'c')
    loop
        execute format('alter type %s owner to sbw_owner', thing.name);
    end loop;

    for thing in
        select p.oid::regprocedure as name
          from pg_proc p
          join pg_namespace n on n.oid = p.pronamespace
         where n.nspname in ('etl', 'context', 'metrics', 'rollups')
           and p.proowner <> 'sbw_owner'::regrole
    loop
        execute format('alter routine %s owner to sbw_owner', thing.name);
    end loop;
end
$$;
