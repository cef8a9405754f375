//! Loads work as it comes, through lost connections and lost races.
//!
//! A chunk that the warehouse refuses, or cannot take in time, is halved until
//! the object at fault is alone. That one goes to quarantine: it counts as
//! loaded, all of its events as rejected, so that nothing behind it waits.

use std::{iter, ops::Range, sync::Arc};

use sbw_queries::connect::Target;
use tokio::sync::mpsc;

use super::{
    chunk::{Aside, Chunk, LargeObject, Work},
    fill,
    ledger::Claim,
    session::Session,
    transaction,
};
use crate::{
    Deadline, EtlError, Limits,
    error::in_full,
    retry::{Fault, RetryBudget},
    run_log::Listed,
    transform::Tally,
};

/// So many lost races for the same rows are none: they are in the chunk itself.
const MOST_RACES: u32 = 5;
/// So many objects refused in a row, with nothing loaded in between, mean that
/// the warehouse is at fault and not they.
const GIVE_UP_AFTER: usize = 64;

/// What became of objects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Loaded {
    /// Objects loaded.
    pub(crate) objects: u64,
    /// Of these, stored again after they were loaded before.
    pub(crate) reloaded: u64,
    /// Objects that could not be claimed: another run loaded them.
    pub(crate) taken: u64,
    pub(crate) events: u64,
    pub(crate) inserted: u64,
    pub(crate) duplicates: u64,
    pub(crate) rejected: u64,
}

impl Loaded {
    pub(super) fn none_of(objects: usize) -> Self {
        Self {
            taken: objects as u64,
            ..Self::default()
        }
    }

    /// Objects that were read again, and nothing done yet.
    pub(super) fn read(tallies: &[Tally]) -> Self {
        let events = |tally: &Tally| tally.rows + tally.duplicates + tally.rejected;
        Self {
            objects: tallies.len() as u64,
            events: tallies.iter().map(events).sum::<i64>().unsigned_abs(),
            ..Self::default()
        }
    }

    pub(super) fn of(sums: &Self, objects: usize) -> Self {
        Self {
            taken: (objects as u64).saturating_sub(sums.objects),
            ..sums.clone()
        }
    }
}

/// How the loading of a piece of work ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// All of it was dealt with.
    Done,
    /// Time ran out; the next run finds out what became of the rest.
    OutOfTime,
}

/// Loads chunks, one transaction each, in the order they come.
pub(crate) struct Loader {
    target: Target,
    run_id: i64,
    claim: Claim,
    deadline: Deadline,
    limits: Limits,
    session: Option<Session>,
    /// Objects in quarantine since something was loaded.
    refused_in_a_row: usize,
}

impl Loader {
    pub(crate) fn new(
        target: &Target,
        run_id: i64,
        claim: Claim,
        deadline: Deadline,
        limits: Limits,
    ) -> Self {
        Self {
            target: target.clone(),
            run_id,
            claim,
            deadline,
            limits,
            session: None,
            refused_in_a_row: 0,
        }
    }

    /// Loads until all is dealt with, however often the connection is lost
    /// meanwhile, or until time runs out. Says after each commit what it did.
    pub(crate) async fn load(
        &mut self,
        work: Work,
        mut committed: impl FnMut(Loaded),
    ) -> Result<Ended, EtlError> {
        let deadline = self.deadline;
        tokio::select! {
            loaded = Box::pin(self.load_in_halves(work, &mut committed)) => loaded.map(|()| Ended::Done),
            () = deadline.closing() => {
                tracing::warn!("out of time inside a transaction; it is undone and left for the next run");
                self.session = None;
                Ok(Ended::OutOfTime)
            }
        }
    }

    async fn load_in_halves(
        &mut self,
        work: Work,
        committed: &mut impl FnMut(Loaded),
    ) -> Result<(), EtlError> {
        let work = match work {
            Work::Chunk(chunk) => Prepared::Chunk(chunk),
            Work::Large(object) => Prepared::Large(Arc::new(object)),
            Work::Aside(aside) => Prepared::Aside(aside),
        };
        let mut left: Vec<Range<usize>> = iter::once(0..work.objects()).collect();
        while let Some(objects) = left.pop() {
            let error = match self.load_patiently(&work, objects.clone()).await {
                Ok(loaded) => {
                    self.refused_in_a_row = 0;
                    committed(loaded);
                    continue;
                }
                Err(error) => match Fault::of(&error) {
                    Fault::OfData | Fault::Race => error,
                    Fault::Passing | Fault::Lasting => return Err(error),
                },
            };
            if objects.len() > 1 {
                tracing::warn!(objects = objects.len(), %error, "the chunk is halved");
                let middle = objects.start + objects.len() / 2;
                left.push(middle..objects.end);
                left.push(objects.start..middle);
                continue;
            }
            self.refused_in_a_row += 1;
            if self.refused_in_a_row > GIVE_UP_AFTER {
                return Err(error);
            }
            if let Some(loaded) = self.quarantine(&work, objects.start, &error).await? {
                committed(loaded);
            }
        }
        Ok(())
    }

    /// Enters an object in the ledger with all of its events rejected. One that is
    /// there already, read again after a fix, stays as it is.
    async fn quarantine(
        &mut self,
        work: &Prepared,
        object: usize,
        error: &EtlError,
    ) -> Result<Option<Loaded>, EtlError> {
        let reason = format!("the warehouse cannot take it: {}", in_full(error));
        let key = work.key(object);
        tracing::error!(key, reason, "an object goes to quarantine");
        if self.claim != Claim::New {
            return Ok(None);
        }
        let refused = Prepared::Chunk(Box::new(match work {
            Prepared::Chunk(chunk) => chunk.refused(object, &reason),
            Prepared::Large(large) => large.refused(&reason),
            Prepared::Aside(_) => return Ok(None),
        }));
        self.load_patiently(&refused, 0..1).await.map(Some)
    }

    /// Loads these objects, again when it fails for a passing reason.
    async fn load_patiently(
        &mut self,
        work: &Prepared,
        objects: Range<usize>,
    ) -> Result<Loaded, EtlError> {
        let mut budget = RetryBudget::new(self.deadline);
        let mut races = 0;
        let mut failed_before = false;
        loop {
            let error = match self.attempt(work, objects.clone(), failed_before).await {
                Ok(loaded) => return Ok(loaded),
                Err(error) => error,
            };
            self.session = None;
            let again = match Fault::of(&error) {
                Fault::Passing => true,
                Fault::Race => {
                    races += 1;
                    races < MOST_RACES
                }
                Fault::OfData | Fault::Lasting => false,
            };
            if !again || !budget.pause().await {
                return Err(error);
            }
            tracing::warn!(%error, "the chunk is loaded again from its start");
            failed_before = true;
        }
    }

    async fn attempt(
        &mut self,
        work: &Prepared,
        objects: Range<usize>,
        failed_before: bool,
    ) -> Result<Loaded, EtlError> {
        let session = match &mut self.session {
            Some(session) => session,
            none => none.insert(Session::open(&self.target, self.limits.chunk_within).await?),
        };
        if failed_before && self.claim == Claim::New {
            // The attempt before may have been committed, and only its answer lost.
            let keys: Vec<&str> = objects.clone().map(|object| work.key(object)).collect();
            let done = committed_by_run(session, self.run_id, &keys).await?;
            if done.objects > 0 {
                return Ok(Loaded::of(&done, keys.len()));
            }
        }
        let loaded = match work {
            Prepared::Aside(aside) => {
                put_aside(session, self.run_id, aside).await?;
                Loaded::default()
            }
            Prepared::Chunk(chunk) if self.claim.revisits() => {
                fill::revisit_chunk(session, self.claim, chunk, objects).await?
            }
            Prepared::Chunk(chunk) => {
                transaction::load_chunk(
                    session,
                    self.run_id,
                    self.claim,
                    chunk,
                    objects,
                    failed_before,
                )
                .await?
            }
            Prepared::Large(large) => {
                let (sender, parts) = mpsc::channel(1);
                let (reader, limits) = (Arc::clone(large), self.limits);
                let reading = tokio::task::spawn_blocking(move || reader.parts(&limits, &sender));
                let object = &large.0.object;
                let loaded = if self.claim.revisits() {
                    fill::revisit_parts(session, self.claim, parts).await
                } else {
                    transaction::load_parts(
                        session,
                        self.run_id,
                        self.claim,
                        object,
                        parts,
                        failed_before,
                    )
                    .await
                };
                reading.await.map_err(|_| EtlError::StageEnded)?;
                loaded?.ok_or(EtlError::StageEnded)?
            }
        };
        Ok(loaded)
    }
}

/// Work that can be tried more than once.
enum Prepared {
    Chunk(Box<Chunk>),
    Large(Arc<LargeObject>),
    Aside(Vec<Aside>),
}

impl Prepared {
    fn objects(&self) -> usize {
        match self {
            Self::Chunk(chunk) => chunk.tallies.len(),
            Self::Large(_) | Self::Aside(_) => 1,
        }
    }

    fn key(&self, object: usize) -> &str {
        match self {
            Self::Chunk(chunk) => &chunk.tallies[object].object.key,
            Self::Large(object) => &object.0.object.key,
            Self::Aside(aside) => aside.first().map_or("", |aside| &aside.object.key),
        }
    }
}

async fn committed_by_run(
    session: &Session,
    run_id: i64,
    keys: &[&str],
) -> Result<Loaded, tokio_postgres::Error> {
    let row = session
        .client
        .query_one(&session.statements.loaded_by_run, &[&run_id, &keys])
        .await?;
    let sum = |column: &str| u64::try_from(row.get::<_, i64>(column)).unwrap_or(0);
    Ok(Loaded {
        objects: sum("objects"),
        reloaded: 0,
        taken: 0,
        events: sum("events"),
        inserted: sum("inserted"),
        duplicates: sum("duplicates"),
        rejected: sum("rejected"),
    })
}

async fn put_aside(
    session: &Session,
    run_id: i64,
    aside: &[Aside],
) -> Result<(), tokio_postgres::Error> {
    let listed = Listed::of(aside.iter().map(|aside| &*aside.object));
    let networks: Vec<String> = aside
        .iter()
        .map(|aside| aside.network.to_string())
        .collect();
    session
        .client
        .execute(
            &session.statements.put_aside,
            &[
                &run_id,
                &listed.keys,
                &listed.sizes,
                &listed.modified,
                &listed.etags,
                &networks,
            ],
        )
        .await?;
    Ok(())
}
