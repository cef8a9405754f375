//! The days before the start, as raw files.
//!
//! What the SDK sends goes through the very handler that live events go through,
//! with a clock that stands in the past, in batches of a browser's kind. What the
//! site of today sends is written as its collector did it: an object an hour, with
//! the hour in its key, lines of JSON, nothing checked, each line with its receipt.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, TimeDelta, Timelike, Utc};
use futures::{StreamExt, TryStreamExt, stream};
use sbw_ingest::{Clock, Ingest, Policy, Request, key};
use sbw_servers::s3::StoreError;
use serde_json::json;
use tokio::sync::mpsc;
use tokio::task::{JoinError, spawn_blocking};

use crate::raw::Direct;
use crate::simulator::{Sender, Sent, Traffic};

/// A request to the handler is sent when it is so full, or so old.
const FULL: usize = 200;
const FULL_BYTES: usize = 180 * 1024;
const OLD: TimeDelta = TimeDelta::hours(2);
/// The collector begins another object after so many bytes.
const OBJECT_BYTES: usize = 4 * 1024 * 1024;
/// One of so many of its objects breaks off in mid-line.
const BROKEN: u32 = 6;
/// Batches that are made ahead of those being written.
const AHEAD: usize = 16;
const WRITERS: usize = 4;

/// The history could not be written.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The handler refused a batch, or its store failed.
    #[error("a batch of history was not kept: {0}")]
    NotKept(String),
    /// An object of the collector could not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
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
    raw: Direct,
    written: Arc<Written>,
) -> Result<Traffic, HistoryError> {
    let (batches, made) = mpsc::channel(AHEAD);
    let making = spawn_blocking(move || make_batches(traffic, until, &batches));
    let written = &written;
    let raw = &raw;
    let result = stream::unfold(made, async |mut made| Some((made.recv().await?, made)))
        .map(Ok)
        .try_for_each_concurrent(WRITERS, async |batch: Batch| {
            let events = batch.keep(raw).await?;
            written.add(events);
            Ok::<_, HistoryError>(())
        })
        .await;
    // With nobody to take its batches the other side stops, too.
    let traffic = making.await?;
    result?;
    Ok(traffic)
}

/// Events that are written together.
#[derive(Debug)]
struct Batch {
    way: Way,
    first: DateTime<Utc>,
    /// When the latest of them arrived.
    last: DateTime<Utc>,
    events: usize,
    /// Their JSON, an event a line.
    lines: String,
}

/// How events get into the bucket. Batches that are being filled go by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    /// Requests to the handler; all of a request come from one kind of browser.
    Handler {
        user_agent: &'static str,
    },
    Collector,
}

fn make_batches(
    mut traffic: Traffic,
    until: DateTime<Utc>,
    batches: &mpsc::Sender<Batch>,
) -> Traffic {
    let mut filling: BTreeMap<Way, Batch> = BTreeMap::new();
    while let Some(sent) = traffic.next_before(until) {
        let way = Way::of(&sent);
        if let Some(batch) = filling.get_mut(&way)
            && batch.takes(sent.at)
        {
            batch.add(&sent);
        } else if let Some(full) = filling.insert(way, Batch::begin(way, &sent))
            && batches.blocking_send(full).is_err()
        {
            return traffic;
        }
    }
    for batch in filling.into_values() {
        // Nobody takes it only if the writing has failed, which is reported there.
        let _ = batches.blocking_send(batch);
    }
    traffic
}

impl Way {
    fn of(sent: &Sent) -> Self {
        match sent.event.sender {
            Sender::Sdk => Self::Handler {
                user_agent: sent.event.user_agent,
            },
            Sender::Site { .. } => Self::Collector,
        }
    }
}

impl Batch {
    fn begin(way: Way, sent: &Sent) -> Self {
        let mut batch = Self {
            way,
            first: sent.at,
            last: sent.at,
            events: 0,
            lines: String::new(),
        };
        batch.add(sent);
        batch
    }

    /// Whether an event of this moment still goes with the others.
    fn takes(&self, at: DateTime<Utc>) -> bool {
        let same_day = at.date_naive() == self.first.date_naive();
        match self.way {
            Way::Handler { .. } => {
                let is_full = self.events == FULL || self.lines.len() > FULL_BYTES;
                same_day && !is_full && at - self.first <= OLD
            }
            Way::Collector => {
                same_day && at.hour() == self.first.hour() && self.lines.len() < OBJECT_BYTES
            }
        }
    }

    fn add(&mut self, sent: &Sent) {
        let mut json = sent.event.json();
        if self.way == Way::Collector {
            json["_ingest"] = json!({
                "receivedAt": sent.at.to_rfc3339_opts(SecondsFormat::Millis, true),
                "userAgent": sent.event.user_agent,
            });
        }
        if self.events > 0 {
            self.lines.push('\n');
        }
        self.lines.push_str(&json.to_string());
        self.last = sent.at;
        self.events += 1;
    }

    /// Writes them; how many were taken.
    async fn keep(self, raw: &Direct) -> Result<usize, HistoryError> {
        match self.way {
            Way::Handler { user_agent } => self.send(user_agent, raw).await,
            Way::Collector => self.collect(raw).await,
        }
    }

    async fn send(self, user_agent: &str, raw: &Direct) -> Result<usize, HistoryError> {
        let mut request = Request::post(format!("[{}]", self.lines.replace('\n', ",")));
        request.user_agent = Some(user_agent.to_owned());
        request.source_ip = Some("203.0.113.8".to_owned());
        request.api_id = Some("local".to_owned());
        request.stage = Some("$default".to_owned());
        let handler = Ingest::new(raw.clone(), Stopped(self.last), Policy::default());
        let answer = handler.handle(request).await;
        if let Some(failure) = &answer.facts.failure {
            return Err(HistoryError::NotKept(failure.chain()));
        }
        // A batch of nothing but bad events is refused, as it would be live.
        if answer.status != 200 && answer.facts.rejected != self.events {
            return Err(HistoryError::NotKept(answer.body));
        }
        Ok(answer.facts.accepted)
    }

    async fn collect(mut self, raw: &Direct) -> Result<usize, HistoryError> {
        if self.first.timestamp_subsec_millis().is_multiple_of(BROKEN) {
            // It was killed in mid-line now and then.
            self.lines.push_str("\n{\"eventName\":\"product_vi");
        }
        let prefix = key::hour_prefix(self.first.date_naive(), self.first.hour());
        let id = Stopped(self.last).mint(self.last);
        let key = format!("{prefix}event-{id}.json");
        raw.write(&key, Bytes::from(self.lines)).await?;
        Ok(self.events)
    }
}

/// A clock that stands at one moment of the past.
#[derive(Debug, Clone, Copy)]
struct Stopped(DateTime<Utc>);

impl Clock for Stopped {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}
