-- What a refresh still has to do.
select hours, days, log_rows from rollups.pending()
