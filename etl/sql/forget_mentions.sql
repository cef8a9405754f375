-- Rejects whose excerpt has one of these texts ($1) keep their reason only.
update etl.rejects r
   set excerpt = ''
 where exists (select from unnest($1::text[]) as t (text) where strpos(r.excerpt, t.text) > 0)
