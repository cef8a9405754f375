-- Empties the rollups inside this transaction, once every loader has committed.
select rollups.begin_rebuild()
