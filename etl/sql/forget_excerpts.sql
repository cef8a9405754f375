-- Rejects of an object ($1) at some places ($2) keep their reason only.
update etl.rejects set excerpt = '' where object_key = $1 and event_index = any ($2::integer[])
