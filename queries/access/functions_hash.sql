-- The files that the functions were made from; no row when they, or the rollups, are not whole, as after
-- a restore that left tables empty.
select hash
  from etl.schema_parts
 where part = 'functions'
   and exists (select from rollups.settings)
   and exists (select from rollups.segments where segment_no = 0)
