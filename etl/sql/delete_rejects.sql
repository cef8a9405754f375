-- Forgets the rejects of objects that are being read again ($1).
delete from etl.rejects where object_key = any ($1::text[])
