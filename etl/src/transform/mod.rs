//! Values become columns, columns become warehouse rows.
//!
//! [`Rows`] gathers the values of many events, column by column, as text.
//! [`Rows::transform`] works on whole columns: clean, cast, split the good from
//! the bad, drop what is in the chunk twice. Nothing here waits, so it runs on
//! a blocking thread.
//!
//! ```text
//! Values … ─ Rows ─▶ 17 text columns ─ clean, cast ─▶ 16 typed columns
//!     ─ split ─▶ rejects
//!     ─ dedupe ─▶ rows to load, and a tally for every object
//! ```

mod cast;
mod dedupe;
mod rows;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use polars_core::prelude::{
    BooleanChunked, Int64Chunked, StringChunked, UInt32Chunked, UInt64Chunked,
};

pub use rows::Rows;

/// A raw object, as the listing knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawObject {
    /// Where it is kept.
    pub key: String,
    /// Bytes stored.
    pub size_bytes: u64,
    /// When it was stored.
    pub last_modified: DateTime<Utc>,
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

/// The columns of the warehouse's table, and the object each row came from.
/// All have the same length, and one chunk each.
#[derive(Debug, Clone)]
pub struct Columns {
    /// Place of the row's object in [`Transformed::tallies`].
    pub object_no: UInt32Chunked,
    /// First half of `event_id`.
    pub id_high: UInt64Chunked,
    /// Second half of `event_id`.
    pub id_low: UInt64Chunked,
    /// `event_timestamp`, microseconds since 1970.
    pub time_micros: Int64Chunked,
    /// `event_name`.
    pub name: StringChunked,
    /// `is_first_visit`.
    pub is_first_visit: BooleanChunked,
    /// `context_product_price`.
    pub price: Int64Chunked,
    /// `context_product_discount_price`.
    pub discount_price: Int64Chunked,
    /// The other texts, in the order of their [`Slot`](crate::parse::Slot)s:
    /// `user_id` to `session_id`, `context_product_id` to `…_url_path`.
    pub texts: Vec<StringChunked>,
}

/// A chunk, ready to be loaded.
#[derive(Debug, Clone)]
pub struct Transformed {
    /// One for every object of the chunk, loadable events or not.
    pub tallies: Vec<Tally>,
    /// The good.
    pub columns: Columns,
    /// The bad.
    pub rejects: Vec<Reject>,
}

impl Columns {
    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.name.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
