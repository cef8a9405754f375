-- Each order is looked up by its id. A new warehouse has no statistics yet, and the planner would read
-- all of its events for each order.
set local enable_seqscan = off
