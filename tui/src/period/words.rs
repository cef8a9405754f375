//! Periods in words: as they are shown, and as they are typed.

use chrono::{DateTime, Datelike, Days, NaiveDate, SecondsFormat, TimeDelta, Utc};
use sbw_queries::range::{
    NotADuration, NotAnInstant, ReversedRange, TimeRange, parse_duration, parse_instant_in,
};
use sbw_queries::zone::Zone;

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
    /// `2025-12-01..2025-12-03T08:00`, or `2025-12-01..` up to now, by the clocks of a zone.
    pub fn parse(text: &str, now: DateTime<Utc>, zone: &Zone) -> Result<Self, NotAPeriod> {
        let text = text.trim();
        let Some((from, to)) = text.split_once("..") else {
            if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
                let from = parse_instant_in(text, zone)?;
                let to = day.succ_opt().map_or(from, |next| zone.start_of(next));
                return Ok(Self::Fixed(TimeRange::new(from, to)?));
            }
            return Ok(Self::last(parse_duration(text)?));
        };
        let from = parse_instant_in(from.trim(), zone)?;
        let to = match to.trim() {
            "" => now,
            to => parse_instant_in(to, zone)?,
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
                text.contains("..")
                    .then(|| Self::parse(text, now, &Zone::utc()).ok())?
            }
        }
    }
}

/// As far back as a typed length goes.
const LONGEST: TimeDelta = TimeDelta::days(36_525);

impl Period {
    /// What it is called.
    #[must_use]
    pub fn words(self, zone: &Zone) -> String {
        match self {
            Self::Last(span) => format!("last {span}"),
            Self::Today => "today".to_owned(),
            Self::Yesterday => "yesterday".to_owned(),
            Self::ThisMonth => "this month".to_owned(),
            Self::Fixed(range) => dates(range, zone),
        }
    }
}

/// `3 Dec 2025 08:00 to 12:00` and its like: both ends, no part twice.
#[must_use]
pub fn dates(range: TimeRange, zone: &Zone) -> String {
    let days = (zone.day_from(range.from()), zone.day_from(range.to()));
    if let (Some(from), Some(to)) = days
        && from < to
    {
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
    let (from, to) = (zone.at(range.from()), zone.at(range.to()));
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
