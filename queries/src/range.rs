//! A half-open range of time: `from <= t < to`, UTC.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use serde::Serialize;

use crate::zone::Zone;

/// `from <= event_timestamp < to`. Never ends before it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct TimeRange {
    pub(crate) from: DateTime<Utc>,
    pub(crate) to: DateTime<Utc>,
}

/// The range would end before it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the range ends ({to}) before it starts ({from}); swap the two")]
pub struct ReversedRange {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

/// Text that is no instant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a time; write 2025-12-01, 2025-12-01T14:30 (both {1}) or 2025-12-01T14:30:00+07:00, of the years 1900 to 2999"
)]
pub struct NotAnInstant(String, Zone);

/// Text that is no duration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a length of time; write a number and m, h, d or w, such as 90m, 24h, 7d or 4w, up to 100 years"
)]
pub struct NotADuration(String);

impl TimeRange {
    /// The range from `from` (included) to `to` (excluded); equal ends are an empty range.
    pub fn new(from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Self, ReversedRange> {
        if to < from {
            return Err(ReversedRange { from, to });
        }
        Ok(Self { from, to })
    }

    /// The `length` that ends at `now`; a negative one is empty.
    #[must_use]
    pub fn last(length: TimeDelta, now: DateTime<Utc>) -> Self {
        let from = now
            .checked_sub_signed(length.max(TimeDelta::zero()))
            .unwrap_or(DateTime::<Utc>::MIN_UTC);
        Self { from, to: now }
    }

    /// The range of equal length that ends where this one begins.
    #[must_use]
    pub fn previous(&self) -> Self {
        Self::last(self.length(), self.from)
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

/// An instant as people write it: RFC 3339 with its offset, or a date with or
/// without a time of day, which are UTC.
pub fn parse_instant(text: &str) -> Result<DateTime<Utc>, NotAnInstant> {
    parse_instant_in(text, &Zone::utc())
}

/// The same, dates and times of day without an offset being those of a zone.
pub fn parse_instant_in(text: &str, zone: &Zone) -> Result<DateTime<Utc>, NotAnInstant> {
    let is_in_reach = |year: i32| (1900..3000).contains(&year);
    let shown = |format| NaiveDateTime::parse_from_str(text, format).ok();
    DateTime::parse_from_rfc3339(text)
        .ok()
        .map(|t| t.to_utc())
        .or_else(|| {
            shown("%Y-%m-%dT%H:%M:%S%.f")
                .or_else(|| shown("%Y-%m-%d %H:%M:%S%.f"))
                .or_else(|| shown("%Y-%m-%dT%H:%M"))
                .or_else(|| shown("%Y-%m-%d %H:%M"))
                .or_else(|| {
                    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
                    Some(date.and_time(NaiveTime::MIN))
                })
                .filter(|t| is_in_reach(t.year()))
                .map(|t| zone.when(t))
        })
        // PostgreSQL's time ends before chrono's, and the period before must fit too.
        .filter(|t| is_in_reach(t.year()))
        .ok_or_else(|| NotAnInstant(text.to_owned(), zone.clone()))
}

/// A length of time as people write it: `90m`, `24h`, `7d`, `4w`.
pub fn parse_duration(text: &str) -> Result<TimeDelta, NotADuration> {
    let read = || {
        let unit = text.chars().last()?;
        let number = text.strip_suffix(unit)?;
        if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let number: i64 = number.parse().ok()?;
        let length = match unit {
            'm' => TimeDelta::try_minutes(number),
            'h' => TimeDelta::try_hours(number),
            'd' => TimeDelta::try_days(number),
            'w' => TimeDelta::try_weeks(number),
            _ => None,
        }?;
        (length > TimeDelta::zero() && length <= TimeDelta::days(36_525)).then_some(length)
    };
    read().ok_or_else(|| NotADuration(text.to_owned()))
}
