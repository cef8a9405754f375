-- How many rows of each object this transaction inserted; asked only when some
-- of its events were known already, and once in a transaction.
select i.object_no, count(*) as inserted
  from pg_temp.incoming i
 where exists (
       select
         from public.clickstream_events e
        where e.event_id = i.event_id
          and e.xmin = pg_current_xact_id()::xid
       offset 0
       )
 group by i.object_no
