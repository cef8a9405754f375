//! The transaction that loads a chunk, step by step.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
    sync::Arc,
};

use futures::SinkExt;
use tokio::sync::mpsc;
use tokio_postgres::{Error, Transaction};
use uuid::Uuid;

use super::{
    chunk::{Chunk, Part},
    context::Numbers,
    earlier::keep_earlier_ids,
    ledger::{
        Claim, Claimed, claim_objects, insert_rejects, settle, settled_sums, write_counts,
        write_settled,
    },
    loader::Loaded,
    rejects::FirstRejects,
    session::{Session, Statements},
};
use crate::transform::{RawObject, Reject, Tally};

/// Loads those of these objects of a chunk that can be claimed; `carefully` after an attempt that
/// met rows of somebody else.
pub(super) async fn load_chunk(
    session: &mut Session,
    run_id: i64,
    claim: Claim,
    chunk: &Chunk,
    objects: Range<usize>,
    carefully: bool,
) -> Result<Loaded, Error> {
    let wanted = objects.len();
    let statements = &session.statements;
    let numbers = statements
        .context
        .numbers(&session.client, &chunk.context)
        .await?;
    let transaction = session.client.transaction().await?;
    copy(&transaction, statements, chunk).await?;
    let claimed = claim_objects(
        &transaction,
        statements,
        run_id,
        claim,
        &chunk.tallies,
        objects,
    )
    .await?;
    if claimed.is_empty() {
        transaction.rollback().await?;
        return Ok(Loaded::none_of(wanted));
    }
    let inserted = insert_events(
        &transaction,
        statements,
        &claimed,
        chunk,
        &numbers,
        carefully,
    )
    .await?;
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
    let mut first = FirstRejects::default();
    let mut rejects = rejects_of(chunk, &claimed, &mut first);
    rejects.extend(first.left_out());
    insert_rejects(&transaction, statements, run_id, chunk, &rejects).await?;
    transaction.commit().await?;
    Ok(Loaded::of(&settled_sums(&settled, &claimed), wanted))
}

/// Loads one object whose rows come in parts; none, and nothing kept, when the
/// parts stop before the last.
pub(super) async fn load_parts(
    session: &mut Session,
    run_id: i64,
    claim: Claim,
    object: &Arc<RawObject>,
    mut parts: mpsc::Receiver<Part>,
    carefully: bool,
) -> Result<Option<Loaded>, Error> {
    let statements = &session.statements;
    let transaction = session.client.transaction().await?;
    let mut whole = vec![Tally {
        object: Arc::clone(object),
        rows: 0,
        duplicates: 0,
        rejected: 0,
    }];
    let claimed = claim_objects(&transaction, statements, run_id, claim, &whole, 0..1).await?;
    if claimed.is_empty() {
        transaction.rollback().await?;
        return Ok(Some(Loaded::none_of(1)));
    }
    let mut inserted = 0;
    let mut first = FirstRejects::default();
    let mut ended = false;
    while let Some(Part {
        chunk: part,
        is_last,
    }) = parts.recv().await
    {
        ended = is_last;
        copy(&transaction, statements, &part).await?;
        let numbers = statements
            .context
            .numbers(&transaction, &part.context)
            .await?;
        inserted += insert_events(
            &transaction,
            statements,
            &claimed,
            &part,
            &numbers,
            carefully,
        )
        .await?
        .all();
        let mut rejects = rejects_of(&part, &claimed, &mut first);
        if is_last {
            rejects.extend(first.left_out());
        }
        insert_rejects(&transaction, statements, run_id, &part, &rejects).await?;
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

/// Rejects of claimed objects that are worth keeping, in the order of the file.
fn rejects_of(chunk: &Chunk, claimed: &[Claimed], first: &mut FirstRejects) -> Vec<Reject> {
    let is_claimed = is_claimed(chunk, claimed);
    let mut rejects: Vec<&Reject> = chunk
        .rejects
        .iter()
        .filter(|reject| is_claimed[reject.object_no as usize])
        .collect();
    rejects.sort_unstable_by_key(|reject| (reject.object_no, reject.index));
    rejects
        .into_iter()
        .filter(|reject| first.keeps(reject))
        .cloned()
        .collect()
}

pub(super) async fn copy(
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

/// Moves the rows of claimed objects, with their context; those that were new.
async fn insert_events(
    transaction: &Transaction<'_>,
    statements: &Statements,
    claimed: &[Claimed],
    chunk: &Chunk,
    numbers: &Numbers,
    carefully: bool,
) -> Result<Inserted, Error> {
    if chunk.copy.is_empty() {
        return Ok(Inserted::default());
    }
    let is_claimed = is_claimed(chunk, claimed);
    let known_by_another = keep_earlier_ids(transaction, statements, chunk).await?;
    let removals = statements.removal.removals(transaction).await?;
    let left_out = transaction
        .query(&statements.keep_new, &[&is_claimed])
        .await?;
    let mut left_out: HashSet<Uuid> = left_out
        .iter()
        .map(|row| row.get("event_id"))
        .chain(known_by_another.into_keys())
        .collect();
    let excluded = statements
        .removal
        .take_out(
            transaction,
            &removals,
            &chunk.context,
            numbers,
            &mut left_out,
        )
        .await?;
    statements
        .context
        .insert(transaction, numbers, &chunk.context, &left_out, carefully)
        .await?;
    let inserted = transaction.execute(&statements.insert_events, &[]).await?;
    Ok(Inserted {
        events: i64::try_from(inserted).unwrap_or(i64::MAX),
        excluded,
    })
}

/// New events.
#[derive(Default)]
struct Inserted {
    /// In the warehouse.
    events: i64,
    /// Kept aside, by object.
    excluded: HashMap<usize, i64>,
}

impl Inserted {
    fn all(&self) -> i64 {
        self.events + self.excluded.values().sum::<i64>()
    }
}

/// Whether each object of a chunk is among the claimed.
fn is_claimed(chunk: &Chunk, claimed: &[Claimed]) -> Vec<bool> {
    let mut is_claimed = vec![false; chunk.tallies.len()];
    for claimed in claimed {
        is_claimed[claimed.object_no] = true;
    }
    is_claimed
}

/// The rows that were new, by object.
async fn by_object(
    transaction: &Transaction<'_>,
    statements: &Statements,
    claimed: &[Claimed],
    chunk: &Chunk,
    inserted: Inserted,
) -> Result<HashMap<usize, i64>, Error> {
    let rows_of = |claimed: &Claimed| (claimed.object_no, chunk.tallies[claimed.object_no].rows);
    let all: HashMap<usize, i64> = claimed.iter().map(rows_of).collect();
    if inserted.all() == all.values().sum::<i64>() {
        return Ok(all);
    }
    let rows = transaction.query(&statements.count_new, &[]).await?;
    let mut fresh = inserted.excluded;
    for row in rows {
        if let Ok(object_no) = usize::try_from(row.get::<_, i32>(0)) {
            *fresh.entry(object_no).or_default() += row.get::<_, i64>(1);
        }
    }
    Ok(fresh)
}
