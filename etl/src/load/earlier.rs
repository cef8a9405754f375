//! Events that an earlier version loaded under another id keep that.

use std::collections::HashMap;

use tokio_postgres::{Error, Transaction};
use uuid::Uuid;

use super::{chunk::Chunk, session::Statements};

/// Gives the rows of `incoming` the ids by which the warehouse knows them; which ones those were,
/// by the ids that they had.
pub(super) async fn keep_earlier_ids(
    transaction: &Transaction<'_>,
    statements: &Statements,
    chunk: &Chunk,
) -> Result<HashMap<Uuid, Uuid>, Error> {
    // Nearly all senders make UUIDs.
    if chunk.earlier.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<Uuid> = chunk.earlier.iter().map(|row| row.event_id).collect();
    let earlier: Vec<Uuid> = chunk.earlier.iter().map(|row| row.earlier.id).collect();
    let is_shared: Vec<bool> = chunk
        .earlier
        .iter()
        .map(|row| row.earlier.is_shared)
        .collect();
    let rows = transaction
        .query(&statements.keep_earlier_ids, &[&ids, &earlier, &is_shared])
        .await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}
