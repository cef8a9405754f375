-- Ends readers whose transaction is older than this ($1 seconds): their own limits they may lift.
select etl.end_long_readers(make_interval(secs => $1)) as ended
