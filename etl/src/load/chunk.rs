//! What one transaction loads.

use std::{net::IpAddr, sync::Arc};

use bytes::Bytes;

use super::encode::encode;
use crate::{
    context::ChunkContext,
    fetch::Fetched,
    parse::WHOLE_OBJECT,
    transform::{EarlierId, RawObject, Reject, Rows, Tally},
};

/// Objects whose rows are ready to be copied. Cheap to send again.
#[derive(Debug)]
pub struct Chunk {
    /// The objects; rows and rejects name them by their place here.
    pub tallies: Vec<Tally>,
    /// The rows, as a binary COPY; none when there are no rows.
    pub copy: Vec<Bytes>,
    /// The rows that the warehouse may know by another id.
    pub earlier: Vec<EarlierId>,
    /// What else the rows' events say.
    pub context: ChunkContext,
    /// What could not be read.
    pub rejects: Vec<Reject>,
}

impl Chunk {
    /// Transforms and encodes; takes a while.
    #[must_use]
    pub fn new(rows: Rows) -> Self {
        let transformed = rows.transform();
        let copy = if transformed.columns.is_empty() {
            Vec::new()
        } else {
            encode(&transformed.columns, &transformed.event_context)
        };
        Self {
            tallies: transformed.tallies,
            copy,
            earlier: transformed.earlier,
            context: transformed.context,
            rejects: transformed.rejects,
        }
    }

    /// One of its objects with all of its events rejected, for this reason.
    #[must_use]
    pub(super) fn refused(&self, object_no: usize, reason: &str) -> Self {
        let tally = &self.tallies[object_no];
        let events = tally.rows + tally.duplicates + tally.rejected;
        Self::of_refused(Arc::clone(&tally.object), events, reason)
    }

    /// An object of which nothing is loaded.
    pub(super) fn of_refused(object: Arc<RawObject>, events: i64, reason: &str) -> Self {
        Self {
            tallies: vec![Tally {
                object,
                rows: 0,
                duplicates: 0,
                rejected: events,
            }],
            copy: Vec::new(),
            earlier: Vec::new(),
            context: ChunkContext::default(),
            rejects: vec![Reject {
                object_no: 0,
                index: WHOLE_OBJECT,
                reason: reason.to_owned(),
                excerpt: String::new(),
            }],
        }
    }
}

/// An object too large to be held as rows: loaded part by part, within one
/// transaction.
#[derive(Debug)]
pub struct LargeObject(pub(super) Fetched);

/// A part of a large object.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) chunk: Chunk,
    /// Whether the object ends with it.
    pub(super) is_last: bool,
}

/// An object whose network has had its share of the run.
#[derive(Debug)]
pub struct Aside {
    pub(super) object: Arc<RawObject>,
    pub(super) network: IpAddr,
}

/// What the loader takes.
#[derive(Debug)]
pub enum Work {
    /// Objects, small.
    Chunk(Box<Chunk>),
    /// One object, large.
    Large(LargeObject),
    /// Objects that wait for others.
    Aside(Vec<Aside>),
}
