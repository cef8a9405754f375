//! Events, sessions and checkouts over time.

use chrono::{DateTime, Utc};
use serde::Serialize;

/// How wide a point of the series is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Bucket {
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// A calendar day of the asked zone.
    Day,
    /// An ISO week, from Monday.
    Week,
}

/// One bucket.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Point {
    /// Where the bucket starts.
    pub t: DateTime<Utc>,
    /// Kept events in it.
    pub events: i64,
    /// Sessions with a kept event in it.
    pub sessions: i64,
    /// `checkout_complete` events in it.
    pub checkout_completes: i64,
}

/// Every bucket that overlaps the range, ascending, zeros included.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Timeseries {
    /// Width of a point.
    pub bucket: Bucket,
    /// The points.
    pub points: Vec<Point>,
}
