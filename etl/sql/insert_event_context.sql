-- The context of the events in `incoming`. $1, $2, $3: the numbers, in the warehouse's
-- dictionaries, of the chunk's pages, origins and agents. In the order of the ids, because the
-- index takes random ids three times as fast when they come sorted.
insert into context.events (event_id, page_no, origin_no, agent_no, quantity)
select i.event_id, ($1::integer[])[i.page], ($2::integer[])[i.origin], ($3::integer[])[i.agent], i.quantity
  from pg_temp.incoming i
 where num_nonnulls(i.page, i.agent, i.quantity) > 0
 order by i.event_id
