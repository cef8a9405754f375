-- How many events of each object are left in `incoming`; asked only when some of the chunk were not.
select i.object_no, count(*) as events
  from pg_temp.incoming i
 group by i.object_no
