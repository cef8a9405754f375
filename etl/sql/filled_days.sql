-- Days that the rollups hold.
select day from rollups.days() as day order by day
