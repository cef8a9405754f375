-- Takes exclusions back ($1 kinds, $2 their values).
delete from etl.exclusions x
 using unnest($1::text[], $2::text[]) as e (kind, value)
 where x.kind = e.kind
   and x.value = e.value
