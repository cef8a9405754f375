-- What the rollups hold of a day ($1), against what its events come to. A row for each difference.
select rollup, place, kept, counted from rollups.verify_day($1)
