-- How many objects wait because their network has had its share.
select count(*) as objects from etl.waiting where network is not null
