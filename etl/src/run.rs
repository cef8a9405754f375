//! One run, from the listing to the report.

use std::{future::Future, sync::Arc};

use chrono::Utc;
use tokio::{
    sync::{Mutex, mpsc, watch},
    time::Instant,
};

use crate::{
    Deadline, Etl, EtlError, Progress, RunReport, Scope,
    books::{Books, Status},
    bucket::Bucket,
    counts::Counts,
    discover::{self, Range},
    error::in_full,
    fetch::fetch,
    load::{Claim, Loader, Work, assemble},
    transform::RawObject,
};

/// Pages of keys between the listing and the fetching.
const PAGES_AHEAD: usize = 4;
/// Fetched objects waiting to be parsed; their bytes have a budget besides.
const OBJECTS_AHEAD: usize = 64;
/// Chunks waiting to be loaded, besides the one being loaded and the one being
/// parsed.
const CHUNKS_AHEAD: usize = 1;
/// Sessions that load. Only what adds to the rollups waits for its turn: the rows of one
/// go in while those of another are counted.
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
pub struct Order {
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
pub async fn run(etl: &Etl, order: &Order, progress: &dyn Progress) -> Result<RunReport, EtlError> {
    let listing = |bucket: Bucket, books: Arc<Books>, counts: Arc<Counts>, found| {
        find_new(etl, order, bucket, books, counts, found)
    };
    let scope = order.scope.to_string();
    Box::pin(in_books(etl, order, &scope, Claim::New, listing, progress)).await
}

/// Loads what `find` finds, as a run of its own in the books.
pub(crate) async fn in_books<F>(
    etl: &Etl,
    order: &Order,
    scope: &str,
    claim: Claim,
    find: impl FnOnce(Bucket, Arc<Books>, Arc<Counts>, mpsc::Sender<Vec<RawObject>>) -> F,
    progress: &dyn Progress,
) -> Result<RunReport, EtlError>
where
    F: Future<Output = Result<(), EtlError>>,
{
    let started = Instant::now();
    let mut books = Books::open(&etl.warehouse, order.deadline).await?;
    let run_id = books.begin(order.trigger.as_str(), scope).await?;
    let books = Arc::new(books);
    tracing::info!(run_id, scope, bucket = etl.bucket, "run begins");

    let counts = Arc::new(Counts::default());
    let (found, pages) = mpsc::channel(PAGES_AHEAD);
    let finding = find(etl.bucket(), Arc::clone(&books), Arc::clone(&counts), found);
    let loader = || {
        let rows = etl.limits.chunk_rows;
        Loader::new(&etl.warehouse, run_id, claim, order.deadline, rows)
    };
    let loaders = (0..LOADERS).map(|_| loader()).collect();
    let result = Box::pin(stages(
        etl, order, &counts, finding, pages, loaders, progress,
    ))
    .await;

    let mut report = counts.so_far();
    report.duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let status = match &result {
        Err(_) => Status::Failed,
        Ok(()) if report.is_complete() => Status::Complete,
        Ok(()) => Status::Incomplete,
    };
    let error = result.as_ref().err().map(|error| in_full(error));
    if let Err(error) = books.finish(&report, status, error.as_deref()).await {
        // What is loaded is loaded; the row will be closed as interrupted.
        tracing::error!(run_id, %error, "the run's own row could not be closed");
    }
    result.map(|()| report)
}

/// The stages side by side; the first error ends them all.
async fn stages(
    etl: &Etl,
    order: &Order,
    counts: &Arc<Counts>,
    finding: impl Future<Output = Result<(), EtlError>>,
    pages: mpsc::Receiver<Vec<RawObject>>,
    loaders: Vec<Loader>,
    progress: &dyn Progress,
) -> Result<(), EtlError> {
    let bucket = etl.bucket();
    let (fetched, to_parse) = mpsc::channel(OBJECTS_AHEAD);
    let (work, to_load) = mpsc::channel(CHUNKS_AHEAD);
    let limits = etl.limits;
    let assembling = tokio::task::spawn_blocking(move || assemble(&limits, to_parse, &work));
    let find = async {
        tokio::select! {
            found = finding => found,
            () = order.deadline.closing() => {
                counts.update(|report| report.listing_cut = true);
                Ok(())
            }
        }
    };
    tokio::try_join!(
        find,
        fetch(&bucket, &etl.limits, order.deadline, counts, pages, fetched),
        load(loaders, to_load, counts, progress),
        async { assembling.await.map_err(|_| EtlError::StageEnded) },
    )?;
    Ok(())
}

/// Lists the scope and passes on what the ledger does not know.
async fn find_new(
    etl: &Etl,
    order: &Order,
    bucket: Bucket,
    books: Arc<Books>,
    counts: Arc<Counts>,
    found: mpsc::Sender<Vec<RawObject>>,
) -> Result<(), EtlError> {
    let now = Utc::now();
    let last_complete = books.last_complete(&order.scope).await?;
    let range = Range::of(&order.scope, last_complete, now);
    let failure = Arc::new(tokio::sync::OnceCell::new());
    let page = |objects: Vec<RawObject>| {
        let (books, counts, found) = (Arc::clone(&books), Arc::clone(&counts), found.clone());
        let failure = Arc::clone(&failure);
        async move {
            counts.update(|report| report.listed += objects.len() as u64);
            match books.unknown(objects).await {
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
    progress: &dyn Progress,
) -> Result<(), EtlError> {
    let chunks = Mutex::new(chunks);
    let ended = watch::Sender::new(false);
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
            let done = match loader.load(chunk).await {
                Ok(Some(done)) => done,
                end => {
                    ended.send_replace(true);
                    return end.map(drop);
                }
            };
            counts.update(|report| {
                report.objects += done.objects;
                report.gone += done.taken;
                report.events += done.events;
                report.inserted += done.inserted;
                report.duplicates += done.duplicates;
                report.rejected += done.rejected;
            });
            progress.so_far(&counts.so_far());
        }
    });
    futures::future::join_all(loading)
        .await
        .into_iter()
        .collect()
}
