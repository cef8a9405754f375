//! Any bytes in the bucket become rows and rejects: none is lost, none is made up, and
//! where a chunk ends changes nothing.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use sbw_etl::parse::{Events, unpack};
use sbw_etl::transform::{RawObject, Rows};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = unpack(bytes) else { return };
    let found = Events::new(&text).count();
    let (rows, items) = load(&text, usize::MAX);
    assert_eq!(items, found);
    // Chunks know duplicates of their own only.
    let (rows_in_chunks, items) = load(&text, 3);
    assert_eq!(items, found);
    assert!(rows_in_chunks >= rows);
});

/// Rows, and all items: rows, duplicates, and rejects.
fn load(text: &str, chunk: usize) -> (i64, usize) {
    let object = Arc::new(RawObject {
        key: "year=2026/month=03/day=04/hour=05/event-fuzzed.json".to_owned(),
        size_bytes: text.len() as u64,
        last_modified: chrono::DateTime::UNIX_EPOCH,
        etag: None,
    });
    let mut events = Events::new(text);
    let (mut all_rows, mut items) = (0, 0);
    loop {
        let mut rows = Rows::with_capacity(16);
        let number = rows.begin(Arc::clone(&object));
        let done = rows.take(number, &mut events, chunk, usize::MAX);
        let loaded = rows.transform();
        let tally = &loaded.tallies[0];
        assert_eq!(usize::try_from(tally.rows), Ok(loaded.columns.len()));
        assert_eq!(loaded.columns.len(), loaded.event_context.len());
        assert_eq!(usize::try_from(tally.rejected), Ok(loaded.rejects.len()));
        let all = tally.rows + tally.duplicates + tally.rejected;
        items += usize::try_from(all).unwrap_or_default();
        all_rows += tally.rows;
        if done {
            return (all_rows, items);
        }
    }
}
