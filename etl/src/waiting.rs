//! Objects that wait: those that could not be read in earlier runs, and those whose network has had
//! its share of the run. They are not listed again but kept in `etl.waiting`, and go last, so that
//! nothing waits behind them. What could not be read in several runs becomes a reject, which
//! `rejects retry` takes up again.

use std::{collections::HashMap, sync::Arc};

use tokio::sync::mpsc;

use crate::{
    Deadline, EtlError, Limits,
    bucket::{Bucket, Kind},
    counts::Counts,
    load::{Chunk, Loader, Work},
    parse::Reason,
    reads::{Outcomes, Reads, Unreadable},
    run_log::RunLog,
    transform::{RawObject, Rows},
};

/// Objects asked for at once.
const PAGE: i64 = 1_000;
/// Runs in which an object could not be read, and others could, before it is a reject.
const RUNS: i32 = 5;
/// The same while its reason may pass by itself: a day of runs every hour.
const RUNS_WHILE_PASSING: i32 = 24;

/// Finds what waits, but for what could not be read in this run already.
pub(crate) async fn find_waiting(
    run_log: Arc<RunLog>,
    counts: Arc<Counts>,
    deadline: Deadline,
    found: mpsc::Sender<Vec<RawObject>>,
) -> Result<(), EtlError> {
    let left_before = run_log.count_waiting().await?;
    counts.update(|report| report.new_objects += left_before);
    let mut after = String::new();
    while !deadline.is_near() {
        let objects = run_log.waiting_after(&after, PAGE).await?;
        let Some(last) = objects.last() else {
            return Ok(());
        };
        after.clone_from(&last.key);
        if found.send(objects).await.is_err() {
            return Ok(());
        }
    }
    Ok(())
}

/// Lets what could not be read wait, or makes it rejects when it has waited long enough. The error
/// is that most objects are refused, which is not theirs to wait for.
pub(crate) async fn keep_unreadable(
    bucket: &Bucket,
    run_log: &RunLog,
    reads: &Reads,
    limits: &Limits,
    loader: Option<Loader>,
    counts: &Counts,
) -> Result<(), EtlError> {
    let outcomes = reads.take();
    run_log.forget_waiting(&outcomes.gone).await?;
    let at_fault = outcomes.bucket_is_at_fault();
    let failures = run_log
        .keep_unreadable(&outcomes.unreadable, !at_fault)
        .await?;
    if let Some(loader) = loader.filter(|_| !at_fault) {
        reject_overdue(&outcomes, &failures, limits, loader, counts).await?;
    }
    match outcomes.refusal() {
        Some(reason) => Err(bucket.refused(reason)),
        None => Ok(()),
    }
}

async fn reject_overdue(
    outcomes: &Outcomes,
    failures: &HashMap<String, i32>,
    limits: &Limits,
    mut loader: Loader,
    counts: &Counts,
) -> Result<(), EtlError> {
    let overdue = outcomes.unreadable.iter().filter(|unreadable| {
        let runs = match unreadable.kind {
            Kind::Passing => RUNS_WHILE_PASSING,
            _ => RUNS,
        };
        failures.get(&unreadable.object.key).copied().unwrap_or(0) >= runs
    });
    let overdue: Vec<&Unreadable> = overdue.collect();
    for objects in overdue.chunks(limits.chunk_objects) {
        let mut rows = Rows::with_capacity(0);
        for unreadable in objects {
            tracing::error!(
                key = unreadable.object.key,
                reason = unreadable.reason,
                "cannot be read for several runs; it becomes a reject"
            );
            let object_no = rows.begin(Arc::new(unreadable.object.clone()));
            rows.refuse(object_no, &Reason::Unreadable(unreadable.reason.clone()));
        }
        loader
            .load(Work::Chunk(Box::new(Chunk::new(rows))), |loaded| {
                counts.add(&loaded);
            })
            .await?;
    }
    Ok(())
}
