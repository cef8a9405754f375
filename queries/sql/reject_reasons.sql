-- Why events could not be loaded: the reasons, the most frequent first.
-- $1 limit.
select reason,
       count(*)::int8 as rejects,
       max(rejected_at) as last_at
  from etl.rejects
 group by reason
 order by rejects desc, reason collate "C"
 limit $1::int8
