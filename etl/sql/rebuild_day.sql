-- Adds the events of [$1, $2) to the rollups; how many they were.
select rollups.rebuild($1, $2) as events
