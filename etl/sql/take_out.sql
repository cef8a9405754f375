-- Moves the events of an exclusion ($1 kind, $2 value) out of the warehouse; NULL, NULL: of all.
select etl.take_out($1, $2) as events
