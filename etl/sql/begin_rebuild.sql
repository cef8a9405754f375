-- Empties the rollups, so that all of them is refreshed.
select rollups.begin_rebuild()
