-- The files that the functions were made from.
select hash from etl.schema_parts where part = 'functions'
