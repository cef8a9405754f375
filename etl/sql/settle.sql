-- Corrects the counts of claimed objects once they are known.
-- One element for each object: $1 key, $2 inserted, $3 duplicates, $4 rejected.
update etl.ledger l
   set inserted = o.inserted,
       duplicates = o.duplicates,
       rejected = o.rejected,
       events = o.inserted + o.duplicates + o.rejected
  from unnest($1::text[], $2::integer[], $3::integer[], $4::integer[])
       as o (object_key, inserted, duplicates, rejected)
 where l.object_key = o.object_key
