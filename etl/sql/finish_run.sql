-- Closes a run with its figures.
update etl.runs
   set finished_at = clock_timestamp(),
       status = $2,
       listed = $3,
       new_objects = $4,
       objects = $5,
       events = $6,
       inserted = $7,
       duplicates = $8,
       rejected = $9,
       remaining = $10,
       reloaded = $13,
       duration_ms = $11,
       error = $12
 where run_id = $1
