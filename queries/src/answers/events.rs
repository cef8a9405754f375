//! Which events there were.

use serde::Serialize;

/// One event name.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EventRow {
    /// `event_name`.
    pub event_name: String,
    /// Kept events of that name.
    pub events: i64,
    /// Share of all kept events.
    pub percent: f64,
}

/// The most frequent event names, by count descending, then by name.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Events {
    /// At most `limit` rows.
    pub rows: Vec<EventRow>,
}
