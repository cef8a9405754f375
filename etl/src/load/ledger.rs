//! The ledger's side of a transaction: claims, counts and rejects.

use std::{collections::HashMap, ops::Range};

use tokio_postgres::{Error, Transaction};

use super::{chunk::Chunk, loader::Loaded, session::Statements};
use crate::{
    run_log::Listed,
    transform::{Reject, Tally},
};

/// Which objects a transaction may load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// Those that the ledger does not know, or knows in another version.
    New,
    /// Those that it knows, and that had rejects: read again after a fix.
    Again,
    /// None: what is loaded only gets the context that it lacks.
    Context,
    /// None: what came from excluded networks is taken out.
    Networks,
}

impl Claim {
    /// Whether it is about events that are loaded already.
    pub(super) const fn revisits(self) -> bool {
        matches!(self, Self::Context | Self::Networks)
    }
}

/// An object that this transaction loads.
pub(super) struct Claimed {
    pub(super) object_no: usize,
    /// Its events that other transactions inserted.
    inserted_before: i64,
    /// It was loaded before, and stored again since.
    is_reloaded: bool,
}

/// What is known of a claimed object in the end.
pub(super) struct Settled<'a> {
    key: &'a str,
    inserted: i64,
    duplicates: i64,
    rejected: i64,
}

/// Claims these objects of a chunk; those that cannot be had are left out.
pub(super) async fn claim_objects(
    transaction: &Transaction<'_>,
    statements: &Statements,
    run_id: i64,
    claim: Claim,
    tallies: &[Tally],
    objects: Range<usize>,
) -> Result<Vec<Claimed>, Error> {
    let key = |object_no: usize| tallies[object_no].object.key.as_str();
    let keys: Vec<&str> = objects.clone().map(key).collect();
    let places: HashMap<&str, usize> = objects
        .clone()
        .map(|object_no| (key(object_no), object_no))
        .collect();
    let place = |key: &str| places.get(key).copied();
    match claim {
        Claim::New => {
            let tallies = &tallies[objects];
            let listed = Listed::of(tallies.iter().map(|tally| &*tally.object));
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
                        &listed.keys,
                        &listed.sizes,
                        &listed.modified,
                        &listed.etags,
                        &inserted,
                        &duplicates,
                        &rejected,
                    ],
                )
                .await?;
            let claimed: Vec<Claimed> = rows
                .iter()
                .filter_map(|row| {
                    let is_reloaded = row.get::<_, i32>("loads") > 1;
                    Some(Claimed {
                        object_no: place(row.get("object_key"))?,
                        inserted_before: if is_reloaded {
                            row.get::<_, i32>("inserted").into()
                        } else {
                            0
                        },
                        is_reloaded,
                    })
                })
                .collect();
            let reloaded: Vec<&str> = claimed
                .iter()
                .filter(|claimed| claimed.is_reloaded)
                .map(|claimed| key(claimed.object_no))
                .collect();
            if !reloaded.is_empty() {
                transaction
                    .execute(&statements.delete_rejects, &[&reloaded])
                    .await?;
            }
            Ok(claimed)
        }
        Claim::Context | Claim::Networks => Ok(Vec::new()),
        Claim::Again => {
            let rows = transaction.query(&statements.claim_again, &[&keys]).await?;
            let claimed: Vec<Claimed> = rows
                .iter()
                .filter_map(|row| {
                    let inserted_before = row.get::<_, i32>(1).into();
                    Some(Claimed {
                        object_no: place(row.get(0))?,
                        inserted_before,
                        is_reloaded: false,
                    })
                })
                .collect();
            let keys: Vec<&str> = claimed
                .iter()
                .map(|claimed| key(claimed.object_no))
                .collect();
            transaction
                .execute(&statements.delete_rejects, &[&keys])
                .await?;
            Ok(claimed)
        }
    }
}

/// What becomes of the claimed objects, once it is known how many of their rows
/// were new.
pub(super) fn settle<'a>(
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
                 ..
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
pub(super) async fn write_settled(
    transaction: &Transaction<'_>,
    statements: &Statements,
    claim: Claim,
    settled: &[Settled<'_>],
    tallies: &[Tally],
    claimed: &[Claimed],
) -> Result<(), Error> {
    let as_claimed = claim == Claim::New
        && settled.iter().zip(claimed).all(|(settled, claimed)| {
            !claimed.is_reloaded && settled.inserted == tallies[claimed.object_no].rows
        });
    if as_claimed {
        return Ok(());
    }
    write_counts(transaction, statements, settled).await
}

pub(super) async fn write_counts(
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

/// Keeps what could not be loaded of a chunk's objects.
pub(super) async fn insert_rejects(
    transaction: &Transaction<'_>,
    statements: &Statements,
    run_id: i64,
    chunk: &Chunk,
    rejects: &[Reject],
) -> Result<(), Error> {
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
pub(super) fn settled_sums(settled: &[Settled<'_>], claimed: &[Claimed]) -> Loaded {
    let mut sums = Loaded {
        objects: settled.len() as u64,
        reloaded: claimed.iter().filter(|claimed| claimed.is_reloaded).count() as u64,
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
