//! One run, from the listing to the report.

use std::{future::Future, sync::Arc};

use chrono::Utc;
use tokio::{
    sync::{Mutex, mpsc, watch},
    time::Instant,
};

use crate::{
    Deadline, Etl, EtlError, Progress, RunReport, Scope,
    bucket::Bucket,
    counts::Counts,
    discover::{self, Range},
    disk::watch_disk,
    error::in_full,
    fetch::fetch,
    load::{Claim, Ended, Loaded, Loader, Work, assemble},
    reads::Reads,
    refresh::RefreshSession,
    run_log::{RunLog, Status},
    transform::RawObject,
    waiting::{find_waiting, keep_unreadable},
};

/// Pages of keys between the listing and the fetching.
pub(crate) const PAGES_AHEAD: usize = 4;
/// Fetched objects waiting to be parsed; their bytes have a budget besides.
const OBJECTS_AHEAD: usize = 64;
/// Chunks waiting to be loaded, besides the one being loaded and the one being
/// parsed.
const CHUNKS_AHEAD: usize = 1;
/// Sessions that load: while the server stores the rows of one, the other sends its own.
const LOADERS: usize = 2;

/// Who asked for a run; kept in its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// The clock.
    Schedule,
    /// A person, or a program of theirs.
    Operator,
}

impl Trigger {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Schedule => "schedule",
            Self::Operator => "operator",
        }
    }
}

/// What a run is to do.
#[derive(Debug, Clone)]
pub struct RunRequest {
    /// Which objects to look at.
    pub scope: Scope,
    /// Who asks.
    pub trigger: Trigger,
    /// When it must be over.
    pub deadline: Deadline,
}

/// Loads what is new within the scope, and says what it did.
///
/// An error means that the run was stopped; what was loaded before it stays
/// loaded. Objects that could not be read for a passing reason, or that time did
/// not suffice for, are no error but `remaining`.
pub async fn run(
    etl: &Etl,
    request: &RunRequest,
    progress: &dyn Progress,
) -> Result<RunReport, EtlError> {
    let listing = |bucket: Bucket, run_log: Arc<RunLog>, counts: Arc<Counts>, found| {
        find_new(etl, request, bucket, run_log, counts, found)
    };
    let scope = request.scope.to_string();
    Box::pin(run_logged(
        etl,
        request,
        &scope,
        Claim::New,
        listing,
        progress,
    ))
    .await
}

/// Loads what waits, once all else is loaded; then nobody's share is limited.
async fn load_waiting(
    etl: &Etl,
    request: &RunRequest,
    run_log: &Arc<RunLog>,
    counts: &Arc<Counts>,
    reads: &Arc<Reads>,
    run_id: i64,
    progress: &dyn Progress,
) -> Result<(), EtlError> {
    let mut etl = etl.clone();
    etl.limits.free_events = u64::MAX;
    let (found, pages) = mpsc::channel(PAGES_AHEAD);
    let finding = find_waiting(
        Arc::clone(run_log),
        Arc::clone(counts),
        request.deadline,
        found,
    );
    let loaders = loaders(&etl, run_id, Claim::New, request.deadline);
    Box::pin(stages(
        &etl, request, counts, reads, finding, pages, loaders, progress,
    ))
    .await?;
    let put_aside = run_log.count_put_aside().await?;
    counts.update(|report| report.put_aside = put_aside);
    Ok(())
}

/// Loads what `find` finds, as a run of its own in the run log.
pub(crate) async fn run_logged<F>(
    etl: &Etl,
    request: &RunRequest,
    scope: &str,
    claim: Claim,
    find: impl FnOnce(Bucket, Arc<RunLog>, Arc<Counts>, mpsc::Sender<Vec<RawObject>>) -> F,
    progress: &dyn Progress,
) -> Result<RunReport, EtlError>
where
    F: Future<Output = Result<(), EtlError>>,
{
    let started = Instant::now();
    let duration_ms = || u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let mut run_log = RunLog::open(&etl.warehouse, request.deadline).await?;
    let run_id = run_log.begin(request.trigger.as_str(), scope).await?;
    let run_log = Arc::new(run_log);
    tracing::info!(run_id, scope, bucket = etl.bucket, "run begins");

    let counts = Arc::new(Counts::default());
    let reads = Arc::new(Reads::default());
    let (found, pages) = mpsc::channel(PAGES_AHEAD);
    let finding = find(
        etl.bucket(),
        Arc::clone(&run_log),
        Arc::clone(&counts),
        found,
    );
    let loaders = loaders(etl, run_id, claim, request.deadline);
    let mut result = Box::pin(stages(
        etl, request, &counts, &reads, finding, pages, loaders, progress,
    ))
    .await;
    if result.is_ok() && claim == Claim::New && request.scope.covers_new() {
        result = Box::pin(load_waiting(
            etl, request, &run_log, &counts, &reads, run_id, progress,
        ))
        .await;
    }
    if result.is_ok() {
        let loader = (claim == Claim::New)
            .then(|| Loader::new(&etl.warehouse, run_id, claim, request.deadline, etl.limits));
        result = keep_unreadable(
            &etl.bucket(),
            &run_log,
            &reads,
            &etl.limits,
            loader,
            &counts,
        )
        .await;
    }

    let mut report = counts.so_far();
    report.duration_ms = duration_ms();
    let status = match &result {
        Err(_) => Status::Failed,
        Ok(()) if report.is_complete() => Status::Complete,
        Ok(()) => Status::Incomplete,
    };
    let error = result.as_ref().err().map(|error| in_full(error));
    if let Err(error) = run_log.finish(&report, status, error.as_deref()).await {
        // What is loaded is loaded; the row will be closed as interrupted.
        tracing::error!(run_id, %error, "the run's own row could not be closed");
    }
    if result.is_ok() {
        report.refresh_pending = refresh_after(etl, request.deadline, progress).await;
        report.duration_ms = duration_ms();
    }
    if let Err(error) = run_log.notify().await {
        tracing::warn!(run_id, %error, "subscribers could not be told of the run");
    }
    result.map(|()| report)
}

/// Refreshes what the run, or an earlier one, has made stale; what is left of it.
/// A refresh that fails is no failure of the run: what it loaded is there, and
/// answers are exact.
pub(crate) async fn refresh_after(
    etl: &Etl,
    deadline: Deadline,
    progress: &dyn Progress,
) -> Option<u64> {
    let mut session = RefreshSession::new(&etl.warehouse, deadline);
    let refreshed = tokio::select! {
        refreshed = Box::pin(session.refresh(progress)) => refreshed,
        () = deadline.closing() => return None,
    };
    match refreshed {
        Ok(report) => Some(report.refresh_pending),
        Err(error) => {
            tracing::error!(%error, "the rollups could not be refreshed; answers come from events");
            let pending = session.pending().await.ok()?;
            Some(pending.buckets())
        }
    }
}

/// Refreshes during a long run, each time so many rows more were inserted, so
/// that no log grows too long to be read. Ends with the loading.
async fn refresh_meanwhile(etl: &Etl, deadline: Deadline, mut inserted: watch::Receiver<u64>) {
    let mut session = RefreshSession::new(&etl.warehouse, deadline);
    let mut refreshed = 0;
    while inserted.changed().await.is_ok() {
        let now = *inserted.borrow_and_update();
        if now - refreshed < etl.limits.refresh_rows {
            continue;
        }
        refreshed = now;
        if let Err(error) = Box::pin(session.refresh_each_day_once()).await {
            tracing::warn!(%error, "the rollups could not be refreshed during the run");
        }
    }
}

/// The sessions that load for a run.
pub(crate) fn loaders(etl: &Etl, run_id: i64, claim: Claim, deadline: Deadline) -> Vec<Loader> {
    let loader = |_| Loader::new(&etl.warehouse, run_id, claim, deadline, etl.limits);
    (0..LOADERS).map(loader).collect()
}

/// The stages side by side; the first error ends them all.
#[expect(clippy::too_many_arguments, reason = "what a run consists of")]
pub(crate) async fn stages(
    etl: &Etl,
    request: &RunRequest,
    counts: &Arc<Counts>,
    reads: &Arc<Reads>,
    finding: impl Future<Output = Result<(), EtlError>>,
    pages: mpsc::Receiver<Vec<RawObject>>,
    loaders: Vec<Loader>,
    progress: &dyn Progress,
) -> Result<(), EtlError> {
    let bucket = etl.bucket();
    let (fetched, to_parse) = mpsc::channel(OBJECTS_AHEAD);
    let (work, to_load) = mpsc::channel(CHUNKS_AHEAD);
    let (inserted, to_refresh) = watch::channel(0);
    let disk = watch_disk(etl, to_refresh.clone());
    let limits = etl.limits;
    let assembling = tokio::task::spawn_blocking(move || assemble(&limits, to_parse, &work));
    let find = async {
        tokio::select! {
            found = finding => found,
            () = request.deadline.closing() => {
                counts.update(|report| report.listing_cut = true);
                Ok(())
            }
        }
    };
    let refresh = async {
        tokio::select! {
            () = refresh_meanwhile(etl, request.deadline, to_refresh) => Ok(()),
            () = request.deadline.closing() => Ok(()),
        }
    };
    tokio::try_join!(
        find,
        fetch(
            &bucket,
            &etl.limits,
            request.deadline,
            counts,
            reads,
            pages,
            fetched
        ),
        load(loaders, to_load, counts, inserted, progress),
        refresh,
        disk,
        async { assembling.await.map_err(|_| EtlError::StageEnded) },
    )?;
    Ok(())
}

/// Lists the scope and passes on what the ledger does not know.
async fn find_new(
    etl: &Etl,
    request: &RunRequest,
    bucket: Bucket,
    run_log: Arc<RunLog>,
    counts: Arc<Counts>,
    found: mpsc::Sender<Vec<RawObject>>,
) -> Result<(), EtlError> {
    let now = Utc::now();
    let last_complete = run_log.last_complete(&request.scope).await?;
    let range = Range::of(&request.scope, last_complete, now);
    // What waits has its turn after all that is new; but named days are to be loaded whole.
    let also_waiting = !request.scope.covers_new();
    let failure = Arc::new(tokio::sync::OnceCell::new());
    let page = |objects: Vec<RawObject>| {
        let (run_log, counts, found) = (Arc::clone(&run_log), Arc::clone(&counts), found.clone());
        let failure = Arc::clone(&failure);
        async move {
            counts.update(|report| report.listed += objects.len() as u64);
            match run_log.find_new(objects, also_waiting).await {
                Ok(objects) => {
                    counts.update(|report| report.new_objects += objects.len() as u64);
                    // An error elsewhere, or none: nobody fetches any more.
                    objects.is_empty() || found.send(objects).await.is_ok()
                }
                Err(error) => {
                    let _ = failure.set(error);
                    false
                }
            }
        }
    };
    discover::discover(&bucket, range, now, etl.limits.listings, page).await?;
    match Arc::into_inner(failure).and_then(tokio::sync::OnceCell::into_inner) {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

/// Loads what comes until nothing does. After an error, or when time is out, only what is
/// begun is ended.
async fn load(
    loaders: Vec<Loader>,
    chunks: mpsc::Receiver<Work>,
    counts: &Counts,
    inserted: watch::Sender<u64>,
    progress: &dyn Progress,
) -> Result<(), EtlError> {
    let chunks = Mutex::new(chunks);
    let ended = watch::Sender::new(false);
    let committed = |done: Loaded| {
        counts.add(&done);
        let report = counts.so_far();
        inserted.send_replace(report.inserted);
        progress.loaded(&report);
    };
    let loading = loaders.into_iter().map(async |mut loader| {
        let mut has_ended = ended.subscribe();
        loop {
            let chunk = tokio::select! {
                biased;
                _ = has_ended.wait_for(|&ended| ended) => None,
                chunk = async { chunks.lock().await.recv().await } => chunk,
            };
            let Some(chunk) = chunk else {
                return Ok(());
            };
            match loader.load(chunk, committed).await {
                Ok(Ended::Done) => {}
                end => {
                    ended.send_replace(true);
                    return end.map(drop);
                }
            }
        }
    });
    futures::future::join_all(loading)
        .await
        .into_iter()
        .collect()
}
