-- The files that functions and rollups were made from. What a restore left out, or left empty, is not
-- there, whatever the restored hash says.
select p.part, p.hash
  from etl.schema_parts p
 where case p.part
       when 'functions' then to_regnamespace('metrics') is not null
       else to_regclass('rollups.settings') is not null
            and (select count(*)
                   from pg_trigger
                  where tgrelid = 'public.clickstream_events'::regclass and tgname like 'rollups\_%') = 5
       end
