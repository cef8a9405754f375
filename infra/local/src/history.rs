//! The days before the start, as raw files.
//!
//! They go through the very handler that live events go through, with a clock
//! that stands in the past, in batches such as a shop's own server would relay.
//! The day before the first is written as an older collector did it: another
//! layout of keys, lines of JSON, nothing checked.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Timelike, Utc};
use futures::{StreamExt, TryStreamExt, stream};
use sbw_ingest::{Clock, Ingest, Policy, Request, key};
use sbw_servers::s3::{StoreError, Writer};
use tokio::sync::mpsc;
use tokio::task::{JoinError, spawn_blocking};
use uuid::Uuid;

use crate::raw::{BUCKET, Direct};
use crate::simulator::{Catalogue, Plan, Sent, Traffic};

/// A batch is sent when it is so full, or so old.
const FULL: usize = 200;
const FULL_BYTES: usize = 180 * 1024;
const OLD: TimeDelta = TimeDelta::minutes(15);
/// Batches that are made ahead of those being written.
const AHEAD: usize = 16;
const WRITERS: usize = 4;
/// Events of the older collector's day.
const OLDER_EVENTS: u32 = 400;

/// The history could not be written.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The handler refused a batch, or its store failed.
    #[error("a batch of history was not kept: {0}")]
    NotKept(String),
    /// An object of the older layout could not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An event could not be written as JSON.
    #[error("an event is not JSON")]
    Json(#[from] serde_json::Error),
    /// The program is going down.
    #[error("the history was interrupted")]
    Interrupted(#[from] JoinError),
}

/// How much was written so far, for whoever watches.
#[derive(Debug, Default)]
pub struct Written {
    events: AtomicU64,
    objects: AtomicU64,
}

impl Written {
    /// Events and objects.
    #[must_use]
    pub fn so_far(&self) -> (u64, u64) {
        (
            self.events.load(Ordering::Relaxed),
            self.objects.load(Ordering::Relaxed),
        )
    }

    fn add(&self, events: usize) {
        self.events.fetch_add(events as u64, Ordering::Relaxed);
        self.objects.fetch_add(1, Ordering::Relaxed);
    }
}

/// Writes everything that is sent before `until`; the traffic comes back to go
/// on live.
pub async fn write(
    traffic: Traffic,
    until: DateTime<Utc>,
    writer: Writer,
    written: Arc<Written>,
) -> Result<Traffic, HistoryError> {
    let (batches, made) = mpsc::channel(AHEAD);
    let making = spawn_blocking(move || make_batches(traffic, until, &batches));
    let written = &written;
    let writer = &writer;
    let result = stream::unfold(made, async |mut made| Some((made.recv().await?, made)))
        .map(Ok)
        .try_for_each_concurrent(WRITERS, async |batch: Batch| {
            let events = keep(batch, writer.clone()).await?;
            written.add(events);
            Ok::<_, HistoryError>(())
        })
        .await;
    // With nobody to take its batches the other side stops, too.
    let traffic = making.await?;
    result?;
    traffic
}

/// Writes the day before the first in the layout that came before ours.
pub async fn write_older(
    catalogue: Arc<Catalogue>,
    plan: Plan,
    writer: Writer,
    written: Arc<Written>,
) -> Result<(), HistoryError> {
    let from = plan.from - TimeDelta::days(1);
    let seed = plan.seed ^ 0x0_1de7;
    let until = plan.from;
    let objects = spawn_blocking(move || {
        let plan = Plan::for_events(&catalogue, seed, from, OLDER_EVENTS, 1);
        let mut traffic = Traffic::new(catalogue, plan);
        let mut objects: Vec<(DateTime<Utc>, usize, String)> = Vec::new();
        while let Some(Sent { at, event }) = traffic.next_before(until) {
            let json = event.json()?;
            match objects.last_mut() {
                Some((first, count, lines)) if first.hour() == at.hour() => {
                    *count += 1;
                    // Writing to a string cannot fail.
                    let _ = writeln!(lines, "{json}");
                }
                _ => objects.push((at, 1, json + "\n")),
            }
        }
        Ok::<_, HistoryError>(objects)
    });
    for (number, (at, events, mut lines)) in objects.await??.into_iter().enumerate() {
        if number % 6 == 2 {
            // It was killed in mid-line now and then.
            lines.push_str("{\"eventName\":\"product_vi\n");
        }
        let id = Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("{seed}/{number}").as_bytes());
        let key = format!(
            "{}event-{id}.json",
            key::hour_prefix(at.date_naive(), at.hour())
        );
        writer.put(BUCKET, key, Bytes::from(lines)).await?;
        written.add(events);
    }
    Ok(())
}

#[derive(Debug)]
struct Batch {
    /// When it arrives: with its last event.
    at: DateTime<Utc>,
    events: usize,
    json: String,
}

fn make_batches(
    mut traffic: Traffic,
    until: DateTime<Utc>,
    batches: &mpsc::Sender<Batch>,
) -> Result<Traffic, HistoryError> {
    let mut next: Option<(DateTime<Utc>, Batch)> = None;
    while let Some(Sent { at, event }) = traffic.next_before(until) {
        if let Some((first, batch)) = next.take_if(|(first, batch)| {
            batch.events == FULL
                || batch.json.len() > FULL_BYTES
                || at - *first > OLD
                || at.date_naive() != first.date_naive()
        }) {
            debug_assert!(first <= batch.at);
            if batches.blocking_send(batch).is_err() {
                return Ok(traffic);
            }
        }
        let json = event.json()?;
        if let Some((_, batch)) = &mut next {
            batch.at = at;
            batch.events += 1;
            batch.json.push(',');
            batch.json.push_str(&json);
        } else {
            next = Some((
                at,
                Batch {
                    at,
                    events: 1,
                    json: format!("[{json}"),
                },
            ));
        }
    }
    if let Some((_, batch)) = next {
        // Nobody takes it only if the writing has failed, which is reported there.
        let _ = batches.blocking_send(batch);
    }
    Ok(traffic)
}

async fn keep(batch: Batch, writer: Writer) -> Result<usize, HistoryError> {
    let mut request = Request::post(batch.json + "]");
    request.user_agent = Some("shop-relay/1.4".to_owned());
    request.source_ip = Some("203.0.113.8".to_owned());
    request.api_id = Some("local".to_owned());
    request.stage = Some("$default".to_owned());
    let handler = Ingest::new(Direct(writer), Stopped(batch.at), Policy::default());
    let answer = handler.handle(request).await;
    if let Some(failure) = &answer.facts.failure {
        return Err(HistoryError::NotKept(failure.chain()));
    }
    // A batch of nothing but bad events is refused, as it would be live.
    if answer.status != 200 && answer.facts.rejected != batch.events {
        return Err(HistoryError::NotKept(answer.body));
    }
    Ok(answer.facts.accepted)
}

/// A clock that stands at one moment of the past.
#[derive(Debug, Clone, Copy)]
struct Stopped(DateTime<Utc>);

impl Clock for Stopped {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}
