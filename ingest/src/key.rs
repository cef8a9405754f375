//! Where a raw object is kept: `events/YYYY/MM/DD/event-<uuid>.json`.
//!
//! The day is the UTC day of receipt and the uuid is a `UUIDv7` minted at
//! receipt, so the keys of a day sort by time. An older layout has one more
//! folder, the hour; it is read, never written.

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

/// Everything the platform keeps raw stands under this prefix.
pub const PREFIX: &str = "events/";

/// The key of an object received at `received_at`.
#[must_use]
pub fn object_key(received_at: DateTime<Utc>, id: Uuid) -> String {
    format!("{PREFIX}{}/event-{id}.json", received_at.format("%Y/%m/%d"))
}

/// The prefix that all objects of a day share, in both layouts.
#[must_use]
pub fn day_prefix(day: NaiveDate) -> String {
    format!("{PREFIX}{}/", day.format("%Y/%m/%d"))
}

/// The prefix of one hour in the older layout.
#[must_use]
pub fn hour_prefix(day: NaiveDate, hour: u32) -> String {
    format!("{}{hour:02}/", day_prefix(day))
}

/// The day that a key is filed under; `None` for a key of neither layout.
#[must_use]
pub fn day_of(key: &str) -> Option<NaiveDate> {
    let date = key.strip_prefix(PREFIX)?.get(..11)?;
    NaiveDate::parse_from_str(date, "%Y/%m/%d/").ok()
}
