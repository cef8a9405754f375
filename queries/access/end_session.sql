-- Ends another session ($1 its process).
select pg_terminate_backend($1) as has_ended
