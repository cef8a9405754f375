-- Adds exclusions ($1 kinds, $2 their values, $3 the reason); of one that is there already, the reason.
insert into etl.exclusions (kind, value, reason)
select e.kind, e.value, $3
  from unnest($1::text[], $2::text[]) as e (kind, value)
    on conflict (kind, value) do update set reason = coalesce(excluded.reason, exclusions.reason)
