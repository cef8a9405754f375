-- Takes out what must not be there, as a restore may have brought it back, and empties the rollups.
select etl.take_out(null, null), etl.take_out_erased(), rollups.begin_rebuild()
