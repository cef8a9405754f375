//! Loads work as it comes, through lost connections and lost races.

use std::sync::Arc;

use sbw_queries::connect::Target;
use tokio::sync::mpsc;

use super::{
    chunk::{Chunk, LargeObject, Work},
    ledger::Claim,
    session::Session,
    transaction,
};
use crate::{
    Deadline, EtlError,
    patience::{Patience, may_pass},
};

/// What a transaction did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Loaded {
    /// Objects loaded.
    pub(crate) objects: u64,
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

    pub(super) fn of(sums: &Self, objects: usize) -> Self {
        Self {
            taken: (objects as u64).saturating_sub(sums.objects),
            ..sums.clone()
        }
    }
}

/// Loads chunks, one transaction each, in the order they come.
pub(crate) struct Loader {
    target: Target,
    run_id: i64,
    claim: Claim,
    deadline: Deadline,
    part_rows: usize,
    session: Option<Session>,
}

impl Loader {
    pub(crate) fn new(
        target: &Target,
        run_id: i64,
        claim: Claim,
        deadline: Deadline,
        part_rows: usize,
    ) -> Self {
        Self {
            target: target.clone(),
            run_id,
            claim,
            deadline,
            part_rows,
            session: None,
        }
    }

    /// Loads until done, however often the connection is lost meanwhile; none
    /// when the time ran out first, and then the next run finds out what became of it.
    pub(crate) async fn load(&mut self, work: Work) -> Result<Option<Loaded>, EtlError> {
        let deadline = self.deadline;
        tokio::select! {
            loaded = Box::pin(self.load_patiently(work)) => loaded.map(Some),
            () = deadline.closing() => {
                tracing::warn!("out of time inside a transaction; it is undone and left for the next run");
                self.session = None;
                Ok(None)
            }
        }
    }

    async fn load_patiently(&mut self, work: Work) -> Result<Loaded, EtlError> {
        let work = match work {
            Work::Chunk(chunk) => Prepared::Chunk(chunk),
            Work::Large(object) => Prepared::Large(Arc::new(object)),
        };
        let mut patience = Patience::new(self.deadline);
        let mut failed_before = false;
        loop {
            let error = match self.attempt(&work, failed_before).await {
                Ok(loaded) => return Ok(loaded),
                Err(error) => error,
            };
            self.session = None;
            let passing = match &error {
                EtlError::Connect(error) => error.may_pass(),
                EtlError::Warehouse { source, .. } => may_pass(source),
                _ => false,
            };
            if !passing || !patience.pause().await {
                return Err(error);
            }
            tracing::warn!(%error, "the chunk is loaded again from its start");
            failed_before = true;
        }
    }

    async fn attempt(&mut self, work: &Prepared, failed_before: bool) -> Result<Loaded, EtlError> {
        let session = match &mut self.session {
            Some(session) => session,
            none => none.insert(Session::open(&self.target).await?),
        };
        if failed_before && self.claim == Claim::New {
            // The attempt before may have been committed, and only its answer lost.
            let keys = work.keys();
            let done = committed(session, self.run_id, &keys).await?;
            if done.objects > 0 {
                return Ok(Loaded::of(&done, keys.len()));
            }
        }
        let loaded = match work {
            Prepared::Chunk(chunk) => {
                transaction::load_chunk(session, self.run_id, self.claim, chunk, failed_before)
                    .await?
            }
            Prepared::Large(large) => {
                let (sender, parts) = mpsc::channel(1);
                let (reader, rows) = (Arc::clone(large), self.part_rows);
                let reading = tokio::task::spawn_blocking(move || reader.parts(rows, &sender));
                let object = &large.0.object;
                let loaded =
                    transaction::load_parts(session, self.run_id, self.claim, object, parts).await;
                reading.await.map_err(|_| EtlError::StageEnded)?;
                loaded?.ok_or(EtlError::StageEnded)?
            }
        };
        Ok(loaded)
    }
}

/// Work that can be tried more than once.
enum Prepared {
    Chunk(Chunk),
    Large(Arc<LargeObject>),
}

impl Prepared {
    fn keys(&self) -> Vec<&str> {
        match self {
            Self::Chunk(chunk) => chunk.keys(),
            Self::Large(object) => vec![&object.0.object.key],
        }
    }
}

async fn committed(
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
        taken: 0,
        events: sum("events"),
        inserted: sum("inserted"),
        duplicates: sum("duplicates"),
        rejected: sum("rejected"),
    })
}
