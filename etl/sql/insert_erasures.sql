-- Erases people: $1 kinds, $2 their ids, which are not stored; $3 the salt of a warehouse's first erasure, in
-- hex. A row for each, new or not: its hash and salt, in hex.
insert into etl.erasures as known (kind, digest, salt)
select p.kind, etl.erasure_digest(s.salt, p.kind, p.id), s.salt
  from unnest($1::text[], $2::text[]) as p (kind, id)
 cross join (select coalesce((select salt from etl.erasures order by erased_at, digest limit 1), decode($3, 'hex')) as salt) s
    on conflict (kind, digest) do update set erased_at = known.erased_at
returning kind, encode(digest, 'hex') as digest, encode(salt, 'hex') as salt, erased_at
