-- How many events were there before the first load.
select events from etl.baseline
