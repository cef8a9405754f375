-- How many objects wait from runs before this one ($1).
select count(*) as objects from etl.waiting where run_id <> $1
