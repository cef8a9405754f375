-- Moves back into the warehouse what no exclusion names any more.
select etl.put_back() as events
