//! Reads objects, many at once, within a budget of bytes.
//!
//! The budget counts the bytes of objects being read or waiting to be parsed;
//! an object larger than the whole budget takes all of it and comes alone.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    task::JoinSet,
};

use crate::{
    Deadline, EtlError, Limits,
    bucket::{Bucket, Fault, Kind},
    counts::Counts,
    parse::MAX_TEXT_BYTES,
    reads::Reads,
    transform::RawObject,
};

/// So many objects in a row that cannot be read, each tried several times, mean that none can: the
/// rest is left for the next run rather than tried one by one.
const GIVE_UP_AFTER: usize = 64;
/// The same of objects that are refused, which is said at once.
const GIVE_UP_AFTER_REFUSALS: usize = 512;

/// An object's bytes, and its share of the budget.
#[derive(Debug)]
pub struct Fetched {
    /// The object.
    pub object: Arc<RawObject>,
    /// Its bytes; none when there are more than one object may hold.
    pub bytes: Option<Bytes>,
    /// Given back when the bytes are dropped.
    _share: OwnedSemaphorePermit,
}

/// Reads every object found until the deadline is near. Objects that cannot be
/// read now are left uncounted: they remain, and are noted in `reads_of_run`.
pub(crate) async fn fetch(
    bucket: &Bucket,
    limits: &Limits,
    deadline: Deadline,
    counts: &Arc<Counts>,
    reads_of_run: &Arc<Reads>,
    mut found: mpsc::Receiver<Vec<RawObject>>,
    fetched: mpsc::Sender<Fetched>,
) -> Result<(), EtlError> {
    let budget = Arc::new(Semaphore::new(limits.bytes_in_flight));
    let in_a_row = Arc::new(InARow::default());
    let mut reads: JoinSet<Result<(), Fault>> = JoinSet::new();
    let settle = |read: Result<Result<(), Fault>, tokio::task::JoinError>| match read {
        Ok(Ok(())) => Ok(()),
        Ok(Err(fault)) => Err(bucket.failed(fault)),
        Err(_) => Err(EtlError::StageEnded),
    };
    while let Some(objects) = found.recv().await {
        for object in objects {
            while reads.len() >= limits.fetches
                && let Some(read) = reads.join_next().await
            {
                settle(read)?;
            }
            let size = usize::try_from(object.size_bytes).unwrap_or(usize::MAX);
            let share = u32::try_from(size.clamp(1, limits.bytes_in_flight)).unwrap_or(u32::MAX);
            let share = tokio::select! {
                share = Arc::clone(&budget).acquire_many_owned(share) => share,
                () = deadline.near() => continue,
            };
            let Ok(share) = share else {
                return Err(EtlError::StageEnded);
            };
            if deadline.is_near() || in_a_row.are_too_many() {
                continue;
            }
            let read = Read {
                bucket: bucket.clone(),
                deadline,
                counts: Arc::clone(counts),
                reads: Arc::clone(reads_of_run),
                in_a_row: Arc::clone(&in_a_row),
                fetched: fetched.clone(),
            };
            reads.spawn(read.object(object, share));
        }
    }
    while let Some(read) = reads.join_next().await {
        settle(read)?;
    }
    if in_a_row.are_too_many() {
        tracing::error!("the storage gives no objects any more; the rest is left for the next run");
    }
    Ok(())
}

/// Objects in a row that could not be read.
#[derive(Debug, Default)]
struct InARow {
    failed: AtomicUsize,
    refused: AtomicUsize,
}

impl InARow {
    fn read(&self) {
        self.failed.store(0, Ordering::Relaxed);
        self.refused.store(0, Ordering::Relaxed);
    }

    /// An archived object, say, is no sign of what the storage does with others.
    fn unreadable(&self, kind: Kind) {
        match kind {
            Kind::Passing => self.failed.fetch_add(1, Ordering::Relaxed),
            Kind::Refused => self.refused.fetch_add(1, Ordering::Relaxed),
            Kind::Unreadable | Kind::Gone | Kind::Fatal => 0,
        };
    }

    fn are_too_many(&self) -> bool {
        self.failed.load(Ordering::Relaxed) >= GIVE_UP_AFTER
            || self.refused.load(Ordering::Relaxed) >= GIVE_UP_AFTER_REFUSALS
    }
}

/// What the reading of one object needs.
struct Read {
    bucket: Bucket,
    deadline: Deadline,
    counts: Arc<Counts>,
    reads: Arc<Reads>,
    in_a_row: Arc<InARow>,
    fetched: mpsc::Sender<Fetched>,
}

impl Read {
    async fn object(self, object: RawObject, share: OwnedSemaphorePermit) -> Result<(), Fault> {
        // Too large packed is too large unpacked: not worth the transfer.
        let bytes = if object.size_bytes > MAX_TEXT_BYTES as u64 {
            Ok(None)
        } else {
            tokio::select! {
                bytes = self.bucket.get(&object.key, object.size_bytes, MAX_TEXT_BYTES) => bytes,
                () = self.deadline.closing() => return Ok(()),
            }
        };
        match bytes {
            Ok(bytes) => {
                self.in_a_row.read();
                self.reads.read();
                let fetched = Fetched {
                    object: Arc::new(object),
                    bytes,
                    _share: share,
                };
                // Nobody receives any more: loading was stopped, the object remains.
                let _ = self.fetched.send(fetched).await;
                Ok(())
            }
            Err(fault) => match fault.kind() {
                Kind::Fatal => Err(fault),
                Kind::Gone => {
                    tracing::warn!(key = object.key, "deleted since it was listed; skipped");
                    self.counts.update(|report| report.gone += 1);
                    self.reads.gone(object.key);
                    Ok(())
                }
                kind @ (Kind::Passing | Kind::Unreadable | Kind::Refused) => {
                    self.in_a_row.unreadable(kind);
                    tracing::warn!(key = object.key, %fault, "cannot be read now; left for the next run");
                    self.reads.unreadable(object, &fault);
                    Ok(())
                }
            },
        }
    }
}
