-- Remembers which files a part was made from. $1 the part, $2 their hash.
insert into etl.schema_parts (part, hash) values ($1, $2)
    on conflict (part) do update set hash = excluded.hash, applied_at = now()
