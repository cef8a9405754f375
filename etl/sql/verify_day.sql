-- What the rollups hold of a day ($1), against what its events come to: a row for each row that only
-- one of the two has.
select rollup, is_held, content from rollups.verify_day($1)
