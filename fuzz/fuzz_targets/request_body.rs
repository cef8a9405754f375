//! Whatever a browser sends is answered, and what is answered with 200 can be loaded:
//! every accepted event is an event to the ETL, too.
#![no_main]

use std::sync::Mutex;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use libfuzzer_sys::fuzz_target;
use sbw_etl::parse::{Events, Item, unpack};
use sbw_ingest::{Clock, Ingest, Policy, RawStore, Request, StoreError};

fuzz_target!(|body: &[u8]| {
    let store = Memory::default();
    let ingest = Ingest::new(&store, Still, Policy::default());
    let request = Request::post(Bytes::copy_from_slice(body));
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let answer = runtime
        .expect("no resource is asked for")
        .block_on(ingest.handle(request));
    assert!(
        matches!(answer.status, 200 | 400 | 413),
        "{}",
        answer.status
    );
    let stored = store.0.lock().unwrap();
    if answer.status != 200 {
        assert!(stored.is_none(), "stored, and refused");
        return;
    }
    let object = stored.as_ref().expect("an answer of 200 is kept");
    let text = unpack(object).expect("an object of ingest is text");
    let mut accepted = 0;
    for (_, item) in Events::new(&text) {
        assert!(matches!(item, Item::Event(..)), "{item:?} in {text}");
        accepted += 1;
    }
    assert_eq!(accepted, answer.facts.accepted, "{text}");
});

#[derive(Default)]
struct Memory(Mutex<Option<Bytes>>);

impl RawStore for Memory {
    async fn put(&self, _key: &str, body: Bytes) -> Result<(), StoreError> {
        *self.0.lock().unwrap() = Some(body);
        Ok(())
    }
}

/// A finding must happen again.
struct Still;

impl Clock for Still {
    fn now(&self) -> DateTime<Utc> {
        "2026-03-04T05:06:07Z".parse().unwrap_or_default()
    }
}
