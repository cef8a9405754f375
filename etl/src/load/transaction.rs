//! The transaction that loads a chunk, step by step.

use std::collections::HashMap;

use futures::SinkExt;
use tokio::sync::mpsc;
use tokio_postgres::{Error, Transaction};

use super::{
    chunk::{Chunk, Part},
    ledger::{
        Claim, Claimed, claim_objects, insert_rejects, settle, settled_sums, write_counts,
        write_settled,
    },
    loader::Loaded,
    session::{Session, Statements},
};
use crate::transform::{RawObject, Tally};

/// Loads the objects of a chunk that can be claimed; `alone`, while nobody else loads.
pub(super) async fn load_chunk(
    session: &mut Session,
    run_id: i64,
    claim: Claim,
    chunk: &Chunk,
    alone: bool,
) -> Result<Loaded, Error> {
    let statements = &session.statements;
    let transaction = session.client.transaction().await?;
    copy(&transaction, statements, chunk).await?;
    if alone {
        transaction.query(&statements.lock_loaders, &[]).await?;
    }
    let claimed = claim_objects(&transaction, statements, run_id, claim, &chunk.tallies).await?;
    if claimed.is_empty() {
        transaction.rollback().await?;
        return Ok(Loaded::none_of(chunk.tallies.len()));
    }
    let inserted = insert_events(&transaction, statements, &claimed, chunk).await?;
    let fresh = by_object(&transaction, statements, &claimed, chunk, inserted).await?;
    let settled = settle(&claimed, &fresh, &chunk.tallies);
    write_settled(
        &transaction,
        statements,
        claim,
        &settled,
        &chunk.tallies,
        &claimed,
    )
    .await?;
    insert_rejects(&transaction, statements, run_id, &claimed, chunk).await?;
    transaction.commit().await?;
    Ok(Loaded::of(
        &settled_sums(&settled, &claimed),
        chunk.tallies.len(),
    ))
}

/// Loads one object whose rows come in parts; none, and nothing kept, when the
/// parts stop before the last.
pub(super) async fn load_parts(
    session: &mut Session,
    run_id: i64,
    claim: Claim,
    object: &std::sync::Arc<RawObject>,
    mut parts: mpsc::Receiver<Part>,
) -> Result<Option<Loaded>, Error> {
    let statements = &session.statements;
    let transaction = session.client.transaction().await?;
    transaction.query(&statements.lock_loaders, &[]).await?;
    let mut whole = vec![Tally {
        object: std::sync::Arc::clone(object),
        rows: 0,
        duplicates: 0,
        rejected: 0,
    }];
    let claimed = claim_objects(&transaction, statements, run_id, claim, &whole).await?;
    if claimed.is_empty() {
        transaction.rollback().await?;
        return Ok(Some(Loaded::none_of(1)));
    }
    let mut inserted = 0;
    let mut ended = false;
    while let Some(Part {
        chunk: part,
        is_last,
    }) = parts.recv().await
    {
        ended = is_last;
        copy(&transaction, statements, &part).await?;
        inserted += insert_events(&transaction, statements, &claimed, &part).await?;
        insert_rejects(&transaction, statements, run_id, &claimed, &part).await?;
        transaction.execute(&statements.empty_incoming, &[]).await?;
        for tally in &part.tallies {
            whole[0].rows += tally.rows;
            whole[0].duplicates += tally.duplicates;
            whole[0].rejected += tally.rejected;
        }
    }
    if !ended {
        transaction.rollback().await?;
        return Ok(None);
    }
    let settled = settle(&claimed, &HashMap::from([(0, inserted)]), &whole);
    write_counts(&transaction, statements, &settled).await?;
    transaction.commit().await?;
    Ok(Some(Loaded::of(&settled_sums(&settled, &claimed), 1)))
}

async fn copy(
    transaction: &Transaction<'_>,
    statements: &Statements,
    chunk: &Chunk,
) -> Result<(), Error> {
    if chunk.copy.is_empty() {
        return Ok(());
    }
    let sink = transaction.copy_in(&statements.copy_incoming).await?;
    let mut sink = std::pin::pin!(sink);
    for buffer in &chunk.copy {
        sink.feed(buffer.clone()).await?;
    }
    sink.finish().await?;
    Ok(())
}

/// Moves the rows of claimed objects; how many were new to the warehouse.
async fn insert_events(
    transaction: &Transaction<'_>,
    statements: &Statements,
    claimed: &[Claimed],
    chunk: &Chunk,
) -> Result<i64, Error> {
    if chunk.copy.is_empty() {
        return Ok(0);
    }
    let numbers: Vec<i32> = claimed
        .iter()
        .filter_map(|claimed| i32::try_from(claimed.object_no).ok())
        .collect();
    let inserted = transaction
        .execute(&statements.insert_events, &[&numbers])
        .await?;
    Ok(i64::try_from(inserted).unwrap_or(i64::MAX))
}

/// The rows that were new, by object.
async fn by_object(
    transaction: &Transaction<'_>,
    statements: &Statements,
    claimed: &[Claimed],
    chunk: &Chunk,
    inserted: i64,
) -> Result<HashMap<usize, i64>, Error> {
    let rows_of = |claimed: &Claimed| (claimed.object_no, chunk.tallies[claimed.object_no].rows);
    let all: HashMap<usize, i64> = claimed.iter().map(rows_of).collect();
    if inserted == all.values().sum::<i64>() {
        return Ok(all);
    }
    let rows = transaction.query(&statements.count_inserted, &[]).await?;
    Ok(rows
        .iter()
        .filter_map(|row| Some((usize::try_from(row.get::<_, i32>(0)).ok()?, row.get(1))))
        .collect())
}
