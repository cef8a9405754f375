//! A half-open range of time: `from <= t < to`, UTC.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

/// `from <= event_timestamp < to`. Never ends before it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct TimeRange {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

/// The range would end before it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the range ends ({to}) before it starts ({from}); swap the two")]
pub struct ReversedRange {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

impl TimeRange {
    /// The range from `from` (included) to `to` (excluded); equal ends are an empty range.
    pub fn new(from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Self, ReversedRange> {
        if to < from {
            return Err(ReversedRange { from, to });
        }
        Ok(Self { from, to })
    }

    /// First instant inside.
    #[must_use]
    pub const fn from(&self) -> DateTime<Utc> {
        self.from
    }

    /// First instant after.
    #[must_use]
    pub const fn to(&self) -> DateTime<Utc> {
        self.to
    }

    /// Length, never negative.
    #[must_use]
    pub fn length(&self) -> TimeDelta {
        self.to - self.from
    }
}
