//! What exclusions and erasures keep out of the warehouse: of a chunk that is loaded, and of events that
//! were loaded before.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

use sbw_contract::column_list;
use tokio_postgres::{Client, Error, Statement, Transaction, types::Json};
use uuid::Uuid;

use super::{
    chunk::Chunk, context::Numbers, earlier::keep_earlier_ids, loader::Loaded, session::Session,
    transaction::copy,
};
use crate::context::ChunkContext;

/// Prepared once, used by every chunk.
pub(super) struct RemovalStatements {
    removals: Statement,
    leave_erased: Statement,
    leave_excluded: Statement,
    exclude_new: Statement,
}

/// What a transaction has to look for. Asked before any event is looked up.
pub(super) struct Removals {
    excludes: bool,
    erases: bool,
}

impl RemovalStatements {
    pub(super) async fn prepare(client: &Client) -> Result<Self, Error> {
        Ok(Self {
            removals: client
                .prepare(include_str!("../../sql/removals.sql"))
                .await?,
            leave_erased: client
                .prepare(include_str!("../../sql/leave_erased.sql"))
                .await?,
            leave_excluded: client
                .prepare(include_str!("../../sql/leave_excluded.sql"))
                .await?,
            exclude_new: client.prepare(&exclude_new()).await?,
        })
    }

    pub(super) async fn removals(&self, transaction: &Transaction<'_>) -> Result<Removals, Error> {
        let row = transaction.query_one(&self.removals, &[]).await?;
        Ok(Removals {
            excludes: row.get("excludes"),
            erases: row.get("erases"),
        })
    }

    /// Takes from `incoming`, which holds new events only, those of erased people, which go nowhere,
    /// and those that are excluded, which are kept aside. Their ids join `left_out`. How many of each
    /// object are kept aside now: they count as inserted.
    pub(super) async fn take_out(
        &self,
        transaction: &Transaction<'_>,
        removals: &Removals,
        context: &ChunkContext,
        numbers: &Numbers,
        left_out: &mut HashSet<Uuid>,
    ) -> Result<HashMap<usize, i64>, Error> {
        let mut excluded = HashMap::new();
        if removals.erases {
            let rows = transaction.query(&self.leave_erased, &[]).await?;
            left_out.extend(rows.iter().map(|row| row.get::<_, Uuid>("event_id")));
        }
        if removals.excludes {
            let rows = transaction.query(&self.leave_excluded, &[]).await?;
            left_out.extend(rows.iter().map(|row| row.get::<_, Uuid>("event_id")));
            let (event_ids, addresses) = sources(context);
            let rows = transaction
                .query(
                    &self.exclude_new,
                    &[
                        &numbers.pages,
                        &numbers.origins,
                        &numbers.agents,
                        &Json(&context.orders),
                        &Json(&context.items),
                        &Json(&context.searches),
                        &event_ids,
                        &addresses,
                    ],
                )
                .await?;
            for row in rows {
                left_out.insert(row.get("event_id"));
                let object_no = usize::try_from(row.get::<_, i32>("object_no")).unwrap_or(0);
                *excluded.entry(object_no).or_default() += 1;
            }
        }
        Ok(excluded)
    }
}

/// Moves the excluded of `incoming` aside, with their context, as `etl.take_out_events` keeps them. $1, $2, $3: the
/// numbers of the chunk's pages, origins and agents; $4, $5, $6: its orders, items and searches, arrays
/// of rows; $7 events, and $8 where they came from.
fn exclude_new() -> String {
    format!(
        "with sources as materialized (
             select * from unnest($7::uuid[], $8::text[]::inet[]) as s (event_id, address)
         ),
         networks as materialized (
             select a.address from (select distinct address from sources) a
              where exists (select from etl.exclusions x where x.kind = 'network' and x.network >>= a.address)
         ),
         named as materialized (
             select i.event_id from pg_temp.incoming i join etl.exclusions x on x.kind = 'client' and x.value = i.client_id
              union
             select i.event_id from pg_temp.incoming i join etl.exclusions x on x.kind = 'session' and x.value = i.session_id
              union
             select i.event_id from pg_temp.incoming i join etl.exclusions x on x.kind = 'user' and x.value = i.user_id
              union
             select i.event_id from pg_temp.incoming i join etl.exclusions x on x.kind = 'event' and x.value = i.event_id::text
              union
             select s.event_id from sources s where s.address in (select address from networks)
         ),
         taken as (
             delete from pg_temp.incoming i
              using named n left join sources s using (event_id)
              where i.event_id = n.event_id
             returning i.*, s.address
         ),
         kept as (
             insert into etl.excluded_events (event_id, network, event, context, order_said, items, search)
             select t.event_id, t.address,
                    (select to_jsonb(r) from (select {}) r),
                    case when num_nonnulls(t.page, t.agent, t.quantity) > 0 then jsonb_build_object(
                        'event_id', t.event_id, 'page_no', ($1::integer[])[t.page], 'origin_no', ($2::integer[])[t.origin],
                        'agent_no', ($3::integer[])[t.agent], 'quantity', t.quantity) end,
                    o.said, i.said, s.said
               from taken t
               left join (select (v ->> 'event_id')::uuid as event_id, v as said from jsonb_array_elements($4::jsonb) v) o using (event_id)
               left join (select (v ->> 'event_id')::uuid as event_id, jsonb_agg(v) as said from jsonb_array_elements($5::jsonb) v group by 1) i using (event_id)
               left join (select (v ->> 'event_id')::uuid as event_id, v as said from jsonb_array_elements($6::jsonb) v) s using (event_id)
         )
         select object_no, event_id from taken",
        column_list("t.")
    )
}

/// Events whose addresses are known, and these.
fn sources(context: &ChunkContext) -> (Vec<Uuid>, Vec<String>) {
    context
        .sources
        .iter()
        .flat_map(|source| {
            let address = source.address.to_string();
            source
                .event_ids
                .iter()
                .map(move |&id| (id, address.clone()))
        })
        .unzip()
}

/// Takes out the loaded events of these objects that came from an excluded network; `inserted` counts them.
/// Repeated, it finds nothing to do.
pub(super) async fn take_out_chunk(
    session: &mut Session,
    chunk: &Chunk,
    objects: Range<usize>,
) -> Result<Loaded, Error> {
    let mut loaded = Loaded::read(&chunk.tallies[objects]);
    if chunk.context.sources.is_empty() {
        return Ok(loaded);
    }
    let transaction = session.client.transaction().await?;
    let mut known_by_another = HashMap::new();
    if !chunk.earlier.is_empty() {
        copy(&transaction, &session.statements, chunk).await?;
        known_by_another = keep_earlier_ids(&transaction, &session.statements, chunk).await?;
    }
    let (event_ids, addresses) = sources(&chunk.context.with_ids(&known_by_another));
    let row = transaction
        .query_one(
            include_str!("../../sql/take_out_sources.sql"),
            &[&event_ids, &addresses],
        )
        .await?;
    transaction.commit().await?;
    loaded.inserted = row.get::<_, i64>("events").unsigned_abs();
    Ok(loaded)
}
