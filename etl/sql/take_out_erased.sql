-- Deletes what the warehouse has of erased people; how many events that was.
select etl.take_out_erased() as events
