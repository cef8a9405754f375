-- The events themselves, newest first, a page at a time.
-- $1 from, $2 to, $3 login, $4 category, $5 brand, $6 product, $7 event,
-- $8 and $9 event_timestamp and event_id of the last event seen, or NULL,
-- $10 product events only, $11 limit.
select *
  from metrics.event_page($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
 order by event_timestamp desc, event_id desc
