//! The transaction that loads a chunk, step by step.

use std::collections::HashMap;

use futures::SinkExt;
use tokio::sync::mpsc;
use tokio_postgres::{Error, Transaction};

use super::{
    chunk::{Chunk, Part},
    loader::Loaded,
    session::Session,
    session::Statements,
};
use crate::transform::{RawObject, Tally};

/// Which objects a transaction may load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// Those that the ledger does not know.
    New,
    /// Those that it knows, and that had rejects: read again after a fix.
    Again,
}

/// An object that this transaction loads.
struct Claimed {
    object_no: usize,
    /// Its events that other transactions inserted.
    inserted_before: i64,
}

/// What is known of a claimed object in the end.
struct Settled<'a> {
    key: &'a str,
    inserted: i64,
    duplicates: i64,
    rejected: i64,
}

/// Loads the objects of a chunk that can be claimed.
pub(super) async fn load_chunk(
    session: &mut Session,
    run_id: i64,
    claim: Claim,
    chunk: &Chunk,
) -> Result<Loaded, Error> {
    let statements = &session.statements;
    let transaction = session.client.transaction().await?;
    copy(&transaction, statements, chunk).await?;
    transaction.query(&statements.lock_loaders, &[]).await?;
    let claimed = claim_objects(&transaction, statements, run_id, claim, &chunk.tallies).await?;
    if claimed.is_empty() {
        transaction.rollback().await?;
        return Ok(Loaded::none_of(chunk.tallies.len()));
    }
    let fresh = insert_events(&transaction, statements, &claimed, chunk).await?;
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
    // What is kept beside the events, in step with them, is brought up to date
    // here: the rows are in, the lock is held, nobody sees them yet.
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
        let fresh = insert_events(&transaction, statements, &claimed, &part).await?;
        insert_rejects(&transaction, statements, run_id, &claimed, &part).await?;
        transaction.execute(&statements.empty_incoming, &[]).await?;
        inserted += fresh.values().sum::<i64>();
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

async fn claim_objects(
    transaction: &Transaction<'_>,
    statements: &Statements,
    run_id: i64,
    claim: Claim,
    tallies: &[Tally],
) -> Result<Vec<Claimed>, Error> {
    let keys: Vec<&str> = tallies
        .iter()
        .map(|tally| tally.object.key.as_str())
        .collect();
    let places: HashMap<&str, usize> = keys
        .iter()
        .enumerate()
        .map(|(place, &key)| (key, place))
        .collect();
    let place = |key: &str| places.get(key).copied();
    match claim {
        Claim::New => {
            let sizes: Vec<i64> = tallies
                .iter()
                .map(|tally| i64::try_from(tally.object.size_bytes).unwrap_or(i64::MAX))
                .collect();
            let modified: Vec<_> = tallies
                .iter()
                .map(|tally| tally.object.last_modified)
                .collect();
            let inserted: Vec<i32> = tallies.iter().map(|tally| count(tally.rows)).collect();
            let duplicates: Vec<i32> = tallies
                .iter()
                .map(|tally| count(tally.duplicates))
                .collect();
            let rejected: Vec<i32> = tallies.iter().map(|tally| count(tally.rejected)).collect();
            let rows = transaction
                .query(
                    &statements.claim,
                    &[
                        &run_id,
                        &keys,
                        &sizes,
                        &modified,
                        &inserted,
                        &duplicates,
                        &rejected,
                    ],
                )
                .await?;
            Ok(rows
                .iter()
                .filter_map(|row| place(row.get(0)))
                .map(|object_no| Claimed {
                    object_no,
                    inserted_before: 0,
                })
                .collect())
        }
        Claim::Again => {
            let rows = transaction.query(&statements.claim_again, &[&keys]).await?;
            let claimed: Vec<Claimed> = rows
                .iter()
                .filter_map(|row| {
                    let inserted_before = row.get::<_, i32>(1).into();
                    Some(Claimed {
                        object_no: place(row.get(0))?,
                        inserted_before,
                    })
                })
                .collect();
            let keys: Vec<&str> = claimed
                .iter()
                .map(|claimed| keys[claimed.object_no])
                .collect();
            transaction
                .execute(&statements.delete_rejects, &[&keys])
                .await?;
            Ok(claimed)
        }
    }
}

/// Rows that were new to the warehouse, by object.
async fn insert_events(
    transaction: &Transaction<'_>,
    statements: &Statements,
    claimed: &[Claimed],
    chunk: &Chunk,
) -> Result<HashMap<usize, i64>, Error> {
    if chunk.copy.is_empty() {
        return Ok(HashMap::new());
    }
    let numbers: Vec<i32> = claimed
        .iter()
        .filter_map(|claimed| i32::try_from(claimed.object_no).ok())
        .collect();
    let rows = transaction
        .query(&statements.insert_events, &[&numbers])
        .await?;
    Ok(rows
        .iter()
        .filter_map(|row| Some((usize::try_from(row.get::<_, i32>(0)).ok()?, row.get(1))))
        .collect())
}

fn settle<'a>(
    claimed: &[Claimed],
    fresh: &HashMap<usize, i64>,
    tallies: &'a [Tally],
) -> Vec<Settled<'a>> {
    claimed
        .iter()
        .map(
            |&Claimed {
                 object_no,
                 inserted_before,
             }| {
                let tally = &tallies[object_no];
                let fresh = fresh.get(&object_no).copied().unwrap_or(0);
                // Read again, an object meets its own events of the first time.
                let known = tally.rows + tally.duplicates - fresh;
                Settled {
                    key: &tally.object.key,
                    inserted: inserted_before + fresh,
                    duplicates: (known - inserted_before).max(0),
                    rejected: tally.rejected,
                }
            },
        )
        .collect()
}

/// The claim entered what the chunk alone tells; only objects of which the
/// warehouse knew some events need a second write.
async fn write_settled(
    transaction: &Transaction<'_>,
    statements: &Statements,
    claim: Claim,
    settled: &[Settled<'_>],
    tallies: &[Tally],
    claimed: &[Claimed],
) -> Result<(), Error> {
    let as_claimed = claim == Claim::New
        && settled
            .iter()
            .zip(claimed)
            .all(|(settled, claimed)| settled.inserted == tallies[claimed.object_no].rows);
    if as_claimed {
        return Ok(());
    }
    write_counts(transaction, statements, settled).await
}

async fn write_counts(
    transaction: &Transaction<'_>,
    statements: &Statements,
    settled: &[Settled<'_>],
) -> Result<(), Error> {
    let keys: Vec<&str> = settled.iter().map(|settled| settled.key).collect();
    let inserted: Vec<i32> = settled
        .iter()
        .map(|settled| count(settled.inserted))
        .collect();
    let duplicates: Vec<i32> = settled
        .iter()
        .map(|settled| count(settled.duplicates))
        .collect();
    let rejected: Vec<i32> = settled
        .iter()
        .map(|settled| count(settled.rejected))
        .collect();
    transaction
        .execute(
            &statements.settle,
            &[&keys, &inserted, &duplicates, &rejected],
        )
        .await?;
    Ok(())
}

async fn insert_rejects(
    transaction: &Transaction<'_>,
    statements: &Statements,
    run_id: i64,
    claimed: &[Claimed],
    chunk: &Chunk,
) -> Result<(), Error> {
    let mut ours = vec![false; chunk.tallies.len()];
    for claimed in claimed {
        ours[claimed.object_no] = true;
    }
    let rejects: Vec<_> = chunk
        .rejects
        .iter()
        .filter(|reject| ours[reject.object_no as usize])
        .collect();
    if rejects.is_empty() {
        return Ok(());
    }
    let keys: Vec<&str> = rejects
        .iter()
        .map(|reject| chunk.tallies[reject.object_no as usize].object.key.as_str())
        .collect();
    let indexes: Vec<i32> = rejects.iter().map(|reject| reject.index).collect();
    let reasons: Vec<&str> = rejects
        .iter()
        .map(|reject| reject.reason.as_str())
        .collect();
    let excerpts: Vec<&str> = rejects
        .iter()
        .map(|reject| reject.excerpt.as_str())
        .collect();
    transaction
        .execute(
            &statements.insert_rejects,
            &[&run_id, &keys, &indexes, &reasons, &excerpts],
        )
        .await?;
    Ok(())
}

/// What this transaction did for its claimed objects, in sum.
fn settled_sums(settled: &[Settled<'_>], claimed: &[Claimed]) -> Loaded {
    let mut sums = Loaded {
        objects: settled.len() as u64,
        ..Loaded::default()
    };
    for (settled, claimed) in settled.iter().zip(claimed) {
        let natural = |count: i64| u64::try_from(count).unwrap_or(0);
        sums.inserted += natural(settled.inserted - claimed.inserted_before);
        sums.duplicates += natural(settled.duplicates);
        sums.rejected += natural(settled.rejected);
    }
    sums.events = sums.inserted + sums.duplicates + sums.rejected;
    sums
}

/// 64 MiB of text hold fewer events than a 32-bit count.
fn count(count: i64) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
