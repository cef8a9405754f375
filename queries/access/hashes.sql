-- The files that functions and rollups were made from.
select part, hash from etl.schema_parts
