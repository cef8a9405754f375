-- Enters erasures that the warehouse does not know.
-- One element for each: $1 kind, $2 digest and $3 salt in hex, $4 when.
insert into etl.erasures (kind, digest, salt, erased_at)
select e.kind, decode(e.digest, 'hex'), decode(e.salt, 'hex'), e.erased_at
  from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[]) as e (kind, digest, salt, erased_at)
    on conflict do nothing
