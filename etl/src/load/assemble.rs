//! Fetched objects are gathered into chunks. Runs on a thread of its own, so
//! that the next chunk is parsed while this one is loaded.

use tokio::sync::mpsc;

use super::{
    chunk::{Aside, Chunk, LargeObject, Part, Work},
    share::Shares,
};
use crate::{
    Limits,
    fetch::Fetched,
    parse::{Events, MAX_TEXT_BYTES, Reason, unpack},
    transform::Rows,
};

/// About what an event of a large object takes.
const EVENT_BYTES: usize = 500;
/// Objects put aside at once.
const ASIDE_AT_ONCE: usize = 1_000;

/// Turns what is fetched into work for the loader until there is no more, or
/// until the loader takes no more.
pub fn assemble(limits: &Limits, mut fetched: mpsc::Receiver<Fetched>, work: &mpsc::Sender<Work>) {
    let mut assembly = Assembly {
        limits,
        rows: Rows::with_capacity(limits.chunk_rows),
        aside: Vec::new(),
        shares: Shares::new(limits),
    };
    while let Some(next) = fetched.blocking_recv() {
        if let Some(large) = assembly.add(next)
            && work.blocking_send(Work::Large(large)).is_err()
        {
            return;
        }
        if let Some(full) = assembly.full()
            && work.blocking_send(full).is_err()
        {
            return;
        }
    }
    let Assembly { rows, aside, .. } = assembly;
    // Nobody receives any more: loading was stopped, and these remain.
    if rows.objects() > 0 {
        let _ = work.blocking_send(Work::Chunk(Box::new(Chunk::new(rows))));
    }
    if !aside.is_empty() {
        let _ = work.blocking_send(Work::Aside(aside));
    }
}

/// Work in the making.
struct Assembly<'a> {
    limits: &'a Limits,
    rows: Rows,
    aside: Vec<Aside>,
    shares: Shares,
}

impl Assembly<'_> {
    /// Adds an object to the chunk; gives it back when it is too large for one.
    fn add(&mut self, fetched: Fetched) -> Option<LargeObject> {
        let text = match &fetched.bytes {
            Some(bytes) => unpack(bytes),
            None => Err(Reason::TooLarge {
                limit_bytes: MAX_TEXT_BYTES,
            }),
        };
        let text = match text {
            Ok(text) => text,
            Err(reason) => {
                let object_no = self.rows.begin(fetched.object);
                self.rows.refuse(object_no, &reason);
                return None;
            }
        };
        let network = match self.shares.admit(&text) {
            Ok(network) => network,
            Err(network) => {
                drop(text);
                self.aside.push(Aside {
                    object: fetched.object,
                    network,
                });
                return None;
            }
        };
        if is_large(&text, self.limits) {
            self.shares
                .count(network, (text.len() / EVENT_BYTES) as u64);
            drop(text);
            return Some(LargeObject(fetched));
        }
        let before = self.rows.len();
        let object_no = self.rows.begin(fetched.object);
        let mut events = Events::new(&text);
        self.rows
            .take(object_no, &mut events, usize::MAX, usize::MAX);
        self.shares
            .count(network, (self.rows.len() - before) as u64);
        None
    }

    fn full(&mut self) -> Option<Work> {
        let Self {
            limits,
            rows,
            aside,
            ..
        } = self;
        if rows.len() >= limits.chunk_rows
            || rows.objects() >= limits.chunk_objects
            || rows.bytes() >= limits.chunk_bytes
        {
            let full = std::mem::replace(rows, Rows::with_capacity(limits.chunk_rows));
            return Some(Work::Chunk(Box::new(Chunk::new(full))));
        }
        (aside.len() >= ASIDE_AT_ONCE).then(|| Work::Aside(std::mem::take(aside)))
    }
}

/// Whether an object holds too much, or may hold too many events, to be a chunk together with others:
/// a megabyte of `7,` is half a million rejects.
fn is_large(text: &str, limits: &Limits) -> bool {
    let separators = || text.bytes().filter(|byte| b",{[\n".contains(byte)).count();
    text.len() > limits.large_object_bytes
        || (text.len() > limits.chunk_rows && separators() > 2 * limits.chunk_rows)
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
