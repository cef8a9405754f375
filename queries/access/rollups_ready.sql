-- Whether the rollups say what the events say.
select ready from rollups.state
