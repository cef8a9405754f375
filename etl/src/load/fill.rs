//! What is done with events that are loaded already, above all adding the context that they lack.
//! Claims nothing: repeated, it finds nothing to do.

use std::{collections::HashSet, ops::Range};

use tokio::sync::mpsc;
use tokio_postgres::Error;
use uuid::Uuid;

use super::{
    chunk::{Chunk, Part},
    context::add_missing,
    earlier::keep_earlier_ids,
    ledger::Claim,
    loader::Loaded,
    removal::take_out_chunk,
    session::Session,
    transaction::copy,
};

/// Adds what context the events of these objects lack; `inserted` counts the events that got some.
async fn fill_chunk(
    session: &mut Session,
    chunk: &Chunk,
    objects: Range<usize>,
) -> Result<Loaded, Error> {
    let mut loaded = Loaded::read(&chunk.tallies[objects.clone()]);
    if chunk.copy.is_empty() {
        return Ok(loaded);
    }
    let statements = &session.statements;
    let context = &statements.context;
    let numbers = context.numbers(&session.client, &chunk.context).await?;
    let transaction = session.client.transaction().await?;
    copy(&transaction, statements, chunk).await?;
    let known_by_another = keep_earlier_ids(&transaction, statements, chunk).await?;
    let chunk_context = chunk.context.with_ids(&known_by_another);
    let is_asked: Vec<bool> = (0..chunk.tallies.len())
        .map(|object_no| objects.contains(&object_no))
        .collect();
    let left_out = transaction
        .query(&statements.keep_loaded, &[&is_asked])
        .await?;
    let left_out: HashSet<Uuid> = left_out.iter().map(|row| row.get("event_id")).collect();
    let changed = add_missing(&transaction, &numbers, &chunk_context, &left_out).await?;
    if !changed.is_empty() {
        transaction
            .execute(include_str!("../../sql/log_events.sql"), &[&changed])
            .await?;
    }
    transaction.commit().await?;
    loaded.inserted = changed.len() as u64;
    Ok(loaded)
}

/// Does with the loaded events of these objects what `claim` says.
pub(super) async fn revisit_chunk(
    session: &mut Session,
    claim: Claim,
    chunk: &Chunk,
    objects: Range<usize>,
) -> Result<Loaded, Error> {
    match claim {
        Claim::Networks => take_out_chunk(session, chunk, objects).await,
        _ => fill_chunk(session, chunk, objects).await,
    }
}

/// The same for one object whose rows come in parts, each in a transaction of its own; none when
/// the parts stop before the last.
pub(super) async fn revisit_parts(
    session: &mut Session,
    claim: Claim,
    mut parts: mpsc::Receiver<Part>,
) -> Result<Option<Loaded>, Error> {
    let mut loaded = Loaded {
        objects: 1,
        ..Loaded::default()
    };
    let mut ended = false;
    while let Some(part) = parts.recv().await {
        ended = part.is_last;
        let done = revisit_chunk(session, claim, &part.chunk, 0..1).await?;
        loaded.events += done.events;
        loaded.inserted += done.inserted;
    }
    Ok(ended.then_some(loaded))
}
