//! Fetched objects are gathered into chunks. Runs on a thread of its own, so
//! that the next chunk is parsed while this one is loaded.

use tokio::sync::mpsc;

use super::chunk::{Chunk, LargeObject, Part, Work};
use crate::{
    Limits,
    fetch::Fetched,
    parse::{Events, MAX_TEXT_BYTES, Reason, unpack},
    transform::Rows,
};

/// Turns what is fetched into work for the loader until there is no more, or
/// until the loader takes no more.
pub fn assemble(limits: &Limits, mut fetched: mpsc::Receiver<Fetched>, work: &mpsc::Sender<Work>) {
    let mut rows = Rows::with_capacity(limits.chunk_rows);
    while let Some(next) = fetched.blocking_recv() {
        if let Some(large) = add(&mut rows, next, limits)
            && work.blocking_send(Work::Large(large)).is_err()
        {
            return;
        }
        let full = rows.len() >= limits.chunk_rows
            || rows.objects() >= limits.chunk_objects
            || rows.bytes() >= limits.chunk_bytes;
        if full {
            let full = std::mem::replace(&mut rows, Rows::with_capacity(limits.chunk_rows));
            if work.blocking_send(Work::Chunk(Chunk::new(full))).is_err() {
                return;
            }
        }
    }
    if rows.objects() > 0 {
        // Nobody receives any more: loading was stopped, and these remain.
        let _ = work.blocking_send(Work::Chunk(Chunk::new(rows)));
    }
}

/// Adds an object to the chunk; gives it back when it is too large for one.
fn add(rows: &mut Rows, fetched: Fetched, limits: &Limits) -> Option<LargeObject> {
    let text = match &fetched.bytes {
        Some(bytes) => unpack(bytes),
        None => Err(Reason::TooLarge {
            limit_bytes: MAX_TEXT_BYTES,
        }),
    };
    match text {
        Ok(text) if text.len() > limits.large_object_bytes => {
            drop(text);
            return Some(LargeObject(fetched));
        }
        Ok(text) => {
            let object_no = rows.begin(fetched.object);
            rows.take(object_no, &mut Events::new(&text), usize::MAX, usize::MAX);
        }
        Err(reason) => {
            let object_no = rows.begin(fetched.object);
            rows.refuse(object_no, &reason);
        }
    }
    None
}

impl LargeObject {
    /// Reads the object again from its beginning and sends it in parts, each a
    /// chunk of this one object, until it ends or nobody receives.
    pub(super) fn parts(&self, limits: &Limits, parts: &mpsc::Sender<Part>) {
        let Some(Ok(text)) = self.0.bytes.as_ref().map(|bytes| unpack(bytes)) else {
            return; // It was unpacked before, or it would not be here.
        };
        let mut events = Events::new(&text);
        loop {
            let mut rows = Rows::with_capacity(limits.chunk_rows);
            let object_no = rows.begin(std::sync::Arc::clone(&self.0.object));
            let is_last = rows.take(
                object_no,
                &mut events,
                limits.chunk_rows,
                limits.chunk_bytes,
            );
            let part = Part {
                chunk: Chunk::new(rows),
                is_last,
            };
            if parts.blocking_send(part).is_err() || is_last {
                return;
            }
        }
    }

    /// This object with all of its events rejected, for this reason.
    pub(super) fn refused(&self, reason: &str) -> Chunk {
        let events = match self.0.bytes.as_ref().map(|bytes| unpack(bytes)) {
            Some(Ok(text)) => Events::new(&text).count(),
            _ => 1,
        };
        let events = i64::try_from(events).unwrap_or(i64::MAX);
        Chunk::of_refused(std::sync::Arc::clone(&self.0.object), events, reason)
    }
}
