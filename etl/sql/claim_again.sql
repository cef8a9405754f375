-- Objects of which something was rejected, and how many of their events are in
-- the warehouse; locked, so that two retries cannot both settle one.
select l.object_key, l.inserted
  from etl.ledger l
 where l.object_key = any ($1::text[])
   and l.rejected > 0
   for update
