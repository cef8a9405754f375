//! Fills in the context of events that were loaded before there was any, from their raw objects.
//!
//! Safe to kill and to repeat: only context that is missing is added, for events that are there.
//! Nothing is entered in the ledger or the run log, because nothing is loaded.

use std::sync::Arc;

use chrono::Utc;
use serde::{Deserialize, Serialize};
use tokio::{sync::mpsc, time::Instant};

use crate::{
    Deadline, Etl, EtlError, Progress, RunReport, RunRequest, Scope, Trigger,
    counts::Counts,
    discover::{self, Range},
    load::Claim,
    reads::Reads,
    run::{PAGES_AHEAD, loaders, refresh_after, stages},
    transform::RawObject,
};

/// What it did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContextReport {
    /// Objects listed.
    pub listed: u64,
    /// Of these, read.
    pub objects: u64,
    /// Events in them, good and bad.
    pub events: u64,
    /// Events of the warehouse that got context.
    pub filled: u64,
    /// Objects that could not be read, or were refused; run it again.
    pub remaining: u64,
    /// Hours and days of the rollups that are still to be refreshed; absent when nobody knows.
    pub refresh_pending: Option<u64>,
    /// How long it took.
    pub duration_ms: u64,
}

/// Reads every object of the scope again and adds the context that its events lack.
pub async fn fill_context(
    etl: &Etl,
    scope: Scope,
    progress: &dyn Progress,
) -> Result<ContextReport, EtlError> {
    let started = Instant::now();
    let request = RunRequest {
        scope,
        trigger: Trigger::Operator,
        deadline: Deadline::NONE,
    };
    let counts = Arc::new(Counts::default());
    let reads = Arc::new(Reads::default());
    let (found, pages) = mpsc::channel(PAGES_AHEAD);
    let finding = find_all(etl, &request.scope, Arc::clone(&counts), found);
    let loaders = loaders(etl, 0, Claim::Context, request.deadline);
    Box::pin(stages(
        etl, &request, &counts, &reads, finding, pages, loaders, progress,
    ))
    .await?;
    if let Some(reason) = reads.take().refusal() {
        return Err(etl.bucket().refused(reason));
    }
    let RunReport {
        listed,
        objects,
        events,
        inserted,
        remaining,
        ..
    } = counts.so_far();
    Ok(ContextReport {
        listed,
        objects,
        events,
        filled: inserted,
        remaining,
        refresh_pending: refresh_after(etl, request.deadline, progress).await,
        duration_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
    })
}

/// Lists the scope, whether the ledger knows the objects or not: events may be older than it.
pub(crate) async fn find_all(
    etl: &Etl,
    scope: &Scope,
    counts: Arc<Counts>,
    found: mpsc::Sender<Vec<RawObject>>,
) -> Result<(), EtlError> {
    let now = Utc::now();
    let range = Range::of(scope, None, now);
    let page = |objects: Vec<RawObject>| {
        counts.update(|report| {
            report.listed += objects.len() as u64;
            report.new_objects += objects.len() as u64;
        });
        let found = found.clone();
        async move { objects.is_empty() || found.send(objects).await.is_ok() }
    };
    discover::discover(&etl.bucket(), range, now, etl.limits.listings, page).await?;
    Ok(())
}
