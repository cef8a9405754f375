-- How many days have other events than the rollups counted. They are refreshed next.
select rollups.find_unlogged() as days
