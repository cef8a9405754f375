//! Values become columns, columns become warehouse rows.
//!
//! [`Rows`] gathers the values of many events, column by column, as text.
//! [`Rows::transform`] works on whole columns: clean, cast, split the good from
//! the bad, drop what is in the chunk twice. Nothing here waits, so it runs on
//! a blocking thread.
//!
//! ```text
//! Values … ─ Rows ─▶ text columns ─ clean, cast ─▶ the table's typed columns
//!     ─ split ─▶ rejects
//!     ─ dedupe ─▶ rows to load, their context, and a tally for every object
//! ```

mod cast;
mod dedupe;
mod rows;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use polars_core::prelude::{
    BooleanChunked, Int64Chunked, StringChunked, UInt32Chunked, UInt64Chunked,
};
use sbw_contract::Column;
use uuid::Uuid;

pub use rows::Rows;

use crate::{
    context::{ChunkContext, EventContext},
    rules::Earlier,
};

/// A raw object, as the listing knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawObject {
    /// Where it is kept.
    pub key: String,
    /// Bytes stored.
    pub size_bytes: u64,
    /// When it was stored.
    pub last_modified: DateTime<Utc>,
    /// Which content it has; none when nobody said.
    pub etag: Option<String>,
}

/// What an object held. `events = rows + duplicates + rejected`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// The object.
    pub object: Arc<RawObject>,
    /// Events that go to the warehouse, which may know some of them already.
    pub rows: i64,
    /// Events that stand earlier in the same chunk.
    pub duplicates: i64,
    /// Events, or whole objects, that could not be read.
    pub rejected: i64,
}

/// Something that could not be loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// Place of its object in [`Transformed::tallies`].
    pub object_no: u32,
    /// Place in the object; -1 is the object as a whole.
    pub index: i32,
    /// What is wrong.
    pub reason: String,
    /// How it begins.
    pub excerpt: String,
}

/// The id under which earlier versions would have loaded an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EarlierId {
    /// Its id.
    pub event_id: Uuid,
    /// The other one.
    pub earlier: Earlier,
}

/// The columns of the warehouse's table, and where each row came from. All have the same length,
/// and one chunk each.
#[derive(Debug, Clone)]
pub struct Columns {
    /// Place of the row's object in [`Transformed::tallies`].
    pub object_no: UInt32Chunked,
    /// Place of the row among all events that were gathered.
    pub row: UInt32Chunked,
    /// One for each [`Column`], in the order of the table.
    pub values: Vec<ColumnValues>,
}

/// The values of a column.
#[derive(Debug, Clone)]
pub enum ColumnValues {
    /// UUIDs, in halves.
    Id {
        /// First halves.
        high: UInt64Chunked,
        /// Second halves.
        low: UInt64Chunked,
    },
    /// Microseconds since 1970.
    Time(Int64Chunked),
    /// Texts.
    Text(StringChunked),
    /// Flags.
    Flag(BooleanChunked),
    /// Whole numbers.
    Number(Int64Chunked),
}

/// A chunk, ready to be loaded.
#[derive(Debug, Clone)]
pub struct Transformed {
    /// One for every object of the chunk, loadable events or not.
    pub tallies: Vec<Tally>,
    /// The good.
    pub columns: Columns,
    /// The rows of the good that the warehouse may know by another id.
    pub earlier: Vec<EarlierId>,
    /// One for each row of the good.
    pub event_context: Vec<EventContext>,
    /// What these refer to, and what only some of the good have.
    pub context: ChunkContext,
    /// The bad.
    pub rejects: Vec<Reject>,
}

impl Columns {
    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.object_no.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The events' ids.
    #[must_use]
    pub fn event_ids(&self) -> Vec<Uuid> {
        let ColumnValues::Id { high, low } = &self.values[Column::EventId as usize] else {
            return Vec::new();
        };
        let halves = high.iter().flatten().zip(low.iter().flatten());
        halves
            .map(|(high, low)| Uuid::from_u64_pair(high, low))
            .collect()
    }
}
