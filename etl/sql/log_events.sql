-- Has the hours and sessions of these events ($1) refreshed: what they count for has changed.
select rollups.log_events($1)
