-- Tells whoever listens that a run is over, when the transaction commits.
select pg_notify('clickstream_loaded', $1)
