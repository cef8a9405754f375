-- Refreshes the next stale hours of a day, or a day, or a week. A row: what it was, and how many
-- events were read for it; none when nothing is left.
select work, bucket, events from rollups.refresh_next()
