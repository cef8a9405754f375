//! Periods in words: as they are shown, and as they are typed.

use std::fmt;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, SecondsFormat, TimeDelta, Utc};
use sbw_queries::range::{
    NotADuration, NotAnInstant, ReversedRange, TimeRange, parse_duration, parse_instant,
};

use super::Period;

/// Typed text that is no range, in words that say what would be one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAPeriod {
    /// A length was meant.
    #[error(transparent)]
    Length(#[from] NotADuration),
    /// An end was meant.
    #[error(transparent)]
    End(#[from] NotAnInstant),
    /// The ends are the wrong way round.
    #[error(transparent)]
    Reversed(#[from] ReversedRange),
    /// The ends are one.
    #[error("the range is empty; its end is not part of it")]
    Empty,
}

impl Period {
    /// What a person types: `36h`, `2025-12-01` (that day),
    /// `2025-12-01..2025-12-03T08:00`, or `2025-12-01..` up to now.
    pub fn parse(text: &str, now: DateTime<Utc>) -> Result<Self, NotAPeriod> {
        let text = text.trim();
        let Some((from, to)) = text.split_once("..") else {
            if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
                let from = parse_instant(text)?;
                let to = day
                    .succ_opt()
                    .map_or(from, |next| next.and_time(NaiveTime::MIN).and_utc());
                return Ok(Self::Fixed(TimeRange::new(from, to)?));
            }
            return Ok(Self::last(parse_duration(text)?));
        };
        let from = parse_instant(from.trim())?;
        let to = match to.trim() {
            "" => now,
            to => parse_instant(to)?,
        };
        if from == to {
            return Err(NotAPeriod::Empty);
        }
        Ok(Self::Fixed(TimeRange::new(from, to)?))
    }
}

impl Period {
    /// Text that [`Period::from_setting`] reads back.
    #[must_use]
    pub fn to_setting(self) -> String {
        let instant = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        match self {
            Self::Last(span) => format!("{}s", span.delta().num_seconds()),
            Self::Today => "today".to_owned(),
            Self::Yesterday => "yesterday".to_owned(),
            Self::ThisMonth => "this month".to_owned(),
            Self::Fixed(range) => format!("{}..{}", instant(range.from()), instant(range.to())),
        }
    }

    /// What [`Period::to_setting`] wrote; none for other text.
    #[must_use]
    pub fn from_setting(text: &str, now: DateTime<Utc>) -> Option<Self> {
        match text {
            "today" => Some(Self::Today),
            "yesterday" => Some(Self::Yesterday),
            "this month" => Some(Self::ThisMonth),
            _ => {
                let seconds = text
                    .strip_suffix('s')
                    .and_then(|text| text.parse::<i64>().ok());
                if let Some(length) = seconds.and_then(TimeDelta::try_seconds) {
                    let sensible = length > TimeDelta::zero() && length <= LONGEST;
                    return sensible.then(|| Self::last(length));
                }
                text.contains("..").then(|| Self::parse(text, now).ok())?
            }
        }
    }
}

/// As far back as a typed length goes.
const LONGEST: TimeDelta = TimeDelta::days(36_525);

impl fmt::Display for Period {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Last(span) => write!(formatter, "last {span}"),
            Self::Today => formatter.write_str("today"),
            Self::Yesterday => formatter.write_str("yesterday"),
            Self::ThisMonth => formatter.write_str("this month"),
            Self::Fixed(range) => formatter.write_str(&dates(*range)),
        }
    }
}

/// `3 Dec 2025 08:00 to 12:00` and its like: both ends, no part twice.
#[must_use]
pub fn dates(range: TimeRange) -> String {
    let (from, to) = (range.from(), range.to());
    let whole_days = from.time() == NaiveTime::MIN && to.time() == NaiveTime::MIN && from < to;
    if whole_days {
        // The end is not inside: a range up to midnight ends the day before.
        let last = to - Days::new(1);
        return if from == last {
            from.format("%-d %b %Y").to_string()
        } else if from.year() == last.year() {
            format!("{} to {}", from.format("%-d %b"), last.format("%-d %b %Y"))
        } else {
            format!(
                "{} to {}",
                from.format("%-d %b %Y"),
                last.format("%-d %b %Y")
            )
        };
    }
    if from.date_naive() == to.date_naive() {
        format!(
            "{} to {}",
            from.format("%-d %b %Y %H:%M"),
            to.format("%H:%M")
        )
    } else if from.year() == to.year() {
        format!(
            "{} to {}",
            from.format("%-d %b %H:%M"),
            to.format("%-d %b %H:%M")
        )
    } else {
        format!(
            "{} to {}",
            from.format("%-d %b %Y %H:%M"),
            to.format("%-d %b %Y %H:%M")
        )
    }
}
