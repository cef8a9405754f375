//! What one transaction loads.

use bytes::Bytes;

use super::encode::encode;
use crate::{
    fetch::Fetched,
    transform::{Reject, Rows, Tally},
};

/// Objects whose rows are ready to be copied. Cheap to send again.
#[derive(Debug)]
pub struct Chunk {
    /// The objects; rows and rejects name them by their place here.
    pub tallies: Vec<Tally>,
    /// The rows, as a binary COPY; none when there are no rows.
    pub copy: Vec<Bytes>,
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
            encode(&transformed.columns)
        };
        Self {
            tallies: transformed.tallies,
            copy,
            rejects: transformed.rejects,
        }
    }

    /// The keys of its objects.
    #[must_use]
    pub fn keys(&self) -> Vec<&str> {
        self.tallies
            .iter()
            .map(|tally| tally.object.key.as_str())
            .collect()
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

/// What the loader takes.
#[derive(Debug)]
pub enum Work {
    /// Objects, small.
    Chunk(Chunk),
    /// One object, large.
    Large(LargeObject),
}
