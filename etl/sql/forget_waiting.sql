-- Objects ($1) that wait no longer: they are gone from the bucket.
delete from etl.waiting where object_key = any ($1::text[])
