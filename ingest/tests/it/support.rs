//! A shelf for a store, a clock that stands still, and short ways to ask.

use std::sync::{
    Mutex,
    atomic::{AtomicU32, Ordering},
};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use sbw_ingest::{Clock, Ingest, Origins, Policy, RawStore, Request, Response, StoreError};
use uuid::{Builder, Uuid};

pub(crate) const NOW: &str = "2025-12-01T14:23:11.250Z";

/// Stands at [`NOW`]; its ids count from 1.
#[derive(Debug, Default)]
pub(crate) struct StillClock(AtomicU32);

impl Clock for StillClock {
    fn now(&self) -> DateTime<Utc> {
        NOW.parse().unwrap()
    }

    fn mint(&self, at: DateTime<Utc>) -> Uuid {
        let count = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        let mut random = [0; 10];
        random[6..].copy_from_slice(&count.to_be_bytes());
        let millis = at.timestamp_millis().try_into().unwrap();
        Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }
}

/// Keeps objects in memory.
#[derive(Debug, Default)]
pub(crate) struct Shelf(Mutex<Vec<(String, String)>>);

impl RawStore for Shelf {
    async fn put(&self, key: &str, body: Bytes) -> Result<(), StoreError> {
        let text = String::from_utf8(body.into()).map_err(StoreError::new)?;
        self.0.lock().unwrap().push((key.to_owned(), text));
        Ok(())
    }
}

impl Shelf {
    /// Takes the last object off the shelf.
    pub(crate) fn take(&self) -> Option<(String, String)> {
        self.0.lock().unwrap().pop()
    }
}

/// Keeps nothing.
pub(crate) struct BrokenStore;

impl RawStore for BrokenStore {
    async fn put(&self, _: &str, _: Bytes) -> Result<(), StoreError> {
        Err(StoreError::new("disk on fire"))
    }
}

/// What came of one request.
pub(crate) struct Outcome {
    pub(crate) response: Response,
    /// The key and text of the object that was stored.
    pub(crate) object: Option<(String, String)>,
}

impl Outcome {
    pub(crate) fn stored(&self) -> &str {
        &self.object.as_ref().expect("an object was stored").1
    }

    pub(crate) fn answer(&self) -> String {
        format!("{} {}", self.response.status, self.response.body)
    }
}

pub(crate) fn policy() -> Policy {
    Policy {
        origins: Origins::from_list("https://shop.example"),
        ..Policy::default()
    }
}

/// Handles one request with a fresh shelf.
pub(crate) fn send(request: Request) -> Outcome {
    let shelf = Shelf::default();
    let response = wait(Ingest::new(&shelf, StillClock::default(), policy()).handle(request));
    let object = shelf.take();
    assert!(shelf.take().is_none(), "one object per request");
    Outcome { response, object }
}

/// Posts a body.
pub(crate) fn post(body: impl Into<Bytes>) -> Outcome {
    send(Request::post(body))
}

pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}
