//! Which time a screen asks about, in the words of the person who chose it.
//!
//! "The last 24 hours" moves with the clock, "yesterday" with the day, a range
//! that was typed in stays where it is. Days and months are those of a time zone.

use std::fmt;

mod calendar;
mod words;

use chrono::{DateTime, Datelike, Days, TimeDelta, Utc};
use sbw_queries::range::TimeRange;
use sbw_queries::zone::Zone;

use self::calendar::Calendar;
pub use self::words::{NotAPeriod, dates};
use crate::number;

/// A choice of time; [`Period::resolve`] makes it a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Period {
    /// The last so many seconds.
    Last(Span),
    /// Since midnight.
    Today,
    /// The day before today.
    Yesterday,
    /// Since the first of the month.
    ThisMonth,
    /// From an instant to another.
    Fixed(TimeRange),
}

/// A length of time, in whole seconds, never zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(i64);

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Lengths that zooming steps through.
const LADDER: [i64; 16] = [
    5 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
    14 * DAY,
    30 * DAY,
    90 * DAY,
    180 * DAY,
    365 * DAY,
    1_095 * DAY,
];

/// The ranges of the menu, in its order.
pub const PRESETS: [Period; 8] = [
    Period::Last(Span(HOUR)),
    Period::Last(Span(DAY)),
    Period::Last(Span(7 * DAY)),
    Period::Last(Span(30 * DAY)),
    Period::Last(Span(90 * DAY)),
    Period::Today,
    Period::Yesterday,
    Period::ThisMonth,
];

impl Span {
    /// A length, at least a second.
    #[must_use]
    pub fn new(length: TimeDelta) -> Self {
        Self(length.num_seconds().max(1))
    }

    /// As a difference of times.
    #[must_use]
    pub fn delta(self) -> TimeDelta {
        TimeDelta::try_seconds(self.0).unwrap_or(TimeDelta::MAX)
    }

    fn zoomed(self, zoom: Zoom) -> Self {
        // From a month of 31 days to 30 is no zoom.
        let little = self.0 / 8;
        let step = match zoom {
            Zoom::In => LADDER
                .iter()
                .rev()
                .find(|&&length| length < self.0 - little),
            Zoom::Out => LADDER.iter().find(|&&length| length > self.0 + little),
        };
        step.map_or(self, |&length| Self(length))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            // "24 h", not "1 d": the words of the menu.
            length if length % DAY == 0 && length > DAY => write!(formatter, "{} d", length / DAY),
            length if length % HOUR == 0 => write!(formatter, "{} h", length / HOUR),
            length if length % MINUTE == 0 => write!(formatter, "{} min", length / MINUTE),
            length => formatter.write_str(&number::duration(length)),
        }
    }
}

/// Which way the range goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shift {
    /// To what came before.
    Earlier,
    /// To what came after.
    Later,
}

/// Less time, or more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Zoom {
    /// A shorter range.
    In,
    /// A longer one.
    Out,
}

impl Period {
    /// The last `length`.
    #[must_use]
    pub fn last(length: TimeDelta) -> Self {
        Self::Last(Span::new(length))
    }

    /// The range this is at `now`.
    #[must_use]
    pub fn resolve(self, now: DateTime<Utc>, zone: &Zone) -> TimeRange {
        let today = zone.at(now).date_naive();
        match self {
            Self::Last(span) => between(now.checked_sub_signed(span.delta()).unwrap_or(now), now),
            Self::Today => between(zone.start_of(today), now),
            Self::Yesterday => between(zone.start_of(today - Days::new(1)), zone.start_of(today)),
            Self::ThisMonth => {
                let first = today.with_day(1).unwrap_or(today);
                between(zone.start_of(first), now)
            }
            Self::Fixed(range) => range,
        }
    }

    /// Does it stay where it is while the clock goes on?
    #[must_use]
    pub fn is_fixed(self) -> bool {
        matches!(self, Self::Fixed(_))
    }

    /// What came before, or comes after: months for whole months, days for whole
    /// days, else the same length of time. Shifted up to now, it follows the clock again.
    #[must_use]
    pub fn shifted(self, shift: Shift, now: DateTime<Utc>, zone: &Zone) -> Self {
        if let Some(calendar) = self.calendar(now, zone) {
            return self.calendar_shifted(calendar, shift, now, zone);
        }
        let range = self.resolve(now, zone);
        let length = range.length();
        let moved = |end: DateTime<Utc>| match shift {
            Shift::Earlier => end.checked_sub_signed(length),
            Shift::Later => end.checked_add_signed(length),
        };
        let (Some(from), Some(to)) = (moved(range.from()), moved(range.to())) else {
            return self;
        };
        if to > now && shift == Shift::Later {
            // There is nothing after now; a range that reaches it follows it.
            return if self.is_fixed() {
                Self::last(length)
            } else {
                self
            };
        }
        Self::Fixed(between(from, to))
    }

    /// The whole days or months that it is, or has begun.
    fn calendar(self, now: DateTime<Utc>, zone: &Zone) -> Option<Calendar> {
        let today = zone.at(now).date_naive();
        match self {
            Self::Last(_) => None,
            Self::Today => Some(Calendar::day(today)),
            Self::Yesterday => Some(Calendar::day(today - Days::new(1))),
            Self::ThisMonth => Calendar::month(today),
            Self::Fixed(range) => Calendar::of(range, zone),
        }
    }

    fn calendar_shifted(
        self,
        calendar: Calendar,
        shift: Shift,
        now: DateTime<Utc>,
        zone: &Zone,
    ) -> Self {
        let today = zone.at(now).date_naive();
        let Some(shifted) = calendar.shifted(shift) else {
            return self;
        };
        match shifted {
            // There is nothing after now.
            shifted if shifted.begins_after(today) && shift == Shift::Later => self,
            shifted if shifted == Calendar::day(today) => Self::Today,
            shifted if Some(shifted) == Calendar::month(today) => Self::ThisMonth,
            shifted => Self::Fixed(shifted.range(zone)),
        }
    }

    /// A shorter or longer range: up to now for one that follows the clock,
    /// about the middle for one that stays, in whole days where it had such.
    #[must_use]
    pub fn zoomed(self, zoom: Zoom, now: DateTime<Utc>, zone: &Zone) -> Self {
        let range = self.resolve(now, zone);
        let length = Span::new(range.length());
        let zoomed = length.zoomed(zoom);
        if zoomed == length {
            return self;
        }
        let Self::Fixed(_) = self else {
            return Self::Last(zoomed);
        };
        let middle = range.from() + range.length() / 2;
        let half = zoomed.delta() / 2;
        let (Some(from), Some(to)) = (
            middle.checked_sub_signed(half),
            middle.checked_add_signed(half),
        ) else {
            return self;
        };
        if to > now && range.to() >= now {
            return Self::Last(zoomed);
        }
        let whole = Calendar::of(range, zone).filter(|_| zoomed.0 > DAY);
        match whole.and_then(|whole| whole.zoomed(zoomed.0 / DAY)) {
            Some(whole) => Self::Fixed(whole.range(zone)),
            None => Self::Fixed(between(from, to)),
        }
    }
}

/// Both ends in order, whatever the clock did.
fn between(from: DateTime<Utc>, to: DateTime<Utc>) -> TimeRange {
    #[expect(clippy::expect_used, reason = "the ends were just put in order")]
    TimeRange::new(from.min(to), to.max(from)).expect("ordered ends make a range")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        format!("{text}Z").parse().unwrap()
    }

    fn fixed(from: &str, to: &str) -> Period {
        Period::Fixed(TimeRange::new(at(from), at(to)).unwrap())
    }

    const NOW: &str = "2025-12-03T13:06:00";

    #[rstest]
    #[case(Period::last(TimeDelta::hours(24)), "2025-12-02T13:06:00", NOW)]
    #[case(Period::Today, "2025-12-03T00:00:00", NOW)]
    #[case(Period::Yesterday, "2025-12-02T00:00:00", "2025-12-03T00:00:00")]
    #[case(Period::ThisMonth, "2025-12-01T00:00:00", NOW)]
    fn resolves(#[case] period: Period, #[case] from: &str, #[case] to: &str) {
        assert_eq!(
            Period::Fixed(period.resolve(at(NOW), &Zone::utc())),
            fixed(from, to)
        );
    }

    #[rstest]
    #[case::relative(
        Period::last(TimeDelta::hours(1)),
        Shift::Earlier,
        fixed("2025-12-03T11:06:00", "2025-12-03T12:06:00")
    )]
    #[case::back_to_now(
        fixed("2025-12-03T11:06:00", "2025-12-03T12:06:30"),
        Shift::Later,
        Period::last(TimeDelta::seconds(3_630))
    )]
    #[case::no_future(
        Period::last(TimeDelta::hours(1)),
        Shift::Later,
        Period::last(TimeDelta::hours(1))
    )]
    #[case::today(
        Period::Today,
        Shift::Earlier,
        fixed("2025-12-02T00:00:00", "2025-12-03T00:00:00")
    )]
    #[case::yesterday(
        Period::Yesterday,
        Shift::Earlier,
        fixed("2025-12-01T00:00:00", "2025-12-02T00:00:00")
    )]
    #[case::month(
        Period::ThisMonth,
        Shift::Earlier,
        fixed("2025-11-01T00:00:00", "2025-12-01T00:00:00")
    )]
    fn shifts(#[case] period: Period, #[case] shift: Shift, #[case] shifted: Period) {
        assert_eq!(period.shifted(shift, at(NOW), &Zone::utc()), shifted);
    }

    #[rstest]
    #[case(
        Period::last(TimeDelta::hours(24)),
        Zoom::In,
        Period::last(TimeDelta::hours(12))
    )]
    #[case(
        Period::last(TimeDelta::hours(24)),
        Zoom::Out,
        Period::last(TimeDelta::hours(48))
    )]
    #[case(
        Period::last(TimeDelta::minutes(5)),
        Zoom::In,
        Period::last(TimeDelta::minutes(5))
    )]
    #[case(
        fixed("2025-12-01T00:00:00", "2025-12-02T00:00:00"),
        Zoom::In,
        fixed("2025-12-01T06:00:00", "2025-12-01T18:00:00")
    )]
    fn zooms(#[case] period: Period, #[case] zoom: Zoom, #[case] zoomed: Period) {
        assert_eq!(period.zoomed(zoom, at(NOW), &Zone::utc()), zoomed);
    }

    #[rstest]
    #[case(Period::last(TimeDelta::hours(1)), "last 1 h")]
    #[case(Period::last(TimeDelta::days(1)), "last 24 h")]
    #[case(Period::last(TimeDelta::days(30)), "last 30 d")]
    #[case(Period::last(TimeDelta::minutes(90)), "last 90 min")]
    #[case(fixed("2025-12-01T00:00:00", "2025-12-02T00:00:00"), "1 Dec 2025")]
    #[case(
        fixed("2025-11-01T00:00:00", "2025-12-01T00:00:00"),
        "1 Nov to 30 Nov 2025"
    )]
    #[case(
        fixed("2024-12-01T00:00:00", "2025-02-01T00:00:00"),
        "1 Dec 2024 to 31 Jan 2025"
    )]
    #[case(
        fixed("2025-12-01T08:00:00", "2025-12-01T12:30:00"),
        "1 Dec 2025 08:00 to 12:30"
    )]
    #[case(
        fixed("2025-12-01T08:00:00", "2025-12-02T12:30:00"),
        "1 Dec 08:00 to 2 Dec 12:30"
    )]
    fn says_what_it_is(#[case] period: Period, #[case] words: &str) {
        assert_eq!(period.words(&Zone::utc()), words);
    }

    #[rstest]
    #[case("36h", Period::last(TimeDelta::hours(36)))]
    #[case(" 7d ", Period::last(TimeDelta::days(7)))]
    #[case("2025-12-01", fixed("2025-12-01T00:00:00", "2025-12-02T00:00:00"))]
    #[case(
        "2025-12-01..2025-12-03",
        fixed("2025-12-01T00:00:00", "2025-12-03T00:00:00")
    )]
    #[case(
        "2025-12-01T08:00 .. 2025-12-01T12:30:05",
        fixed("2025-12-01T08:00:00", "2025-12-01T12:30:05")
    )]
    #[case("2025-12-01..", fixed("2025-12-01T00:00:00", NOW))]
    fn understands(#[case] typed: &str, #[case] period: Period) {
        assert_eq!(Period::parse(typed, at(NOW), &Zone::utc()), Ok(period));
    }

    #[rstest]
    #[case("")]
    #[case("yesterdayish")]
    #[case("7")]
    #[case("2025-13-01..2025-12-03")]
    #[case("2025-12-03..2025-12-01")]
    #[case("2025-12-03..2025-12-03")]
    fn refuses(#[case] typed: &str) {
        let words = Period::parse(typed, at(NOW), &Zone::utc())
            .unwrap_err()
            .to_string();
        assert!(words.len() > 20, "{words}");
    }

    proptest! {
        #[test]
        fn any_walk_stays_in_order(steps in proptest::collection::vec(0_u8..4, 0..200), start in 0_usize..8) {
            let (now, zone) = (at(NOW), "Europe/Berlin".parse().unwrap());
            let mut period = PRESETS[start];
            for step in steps {
                period = match step {
                    0 => period.shifted(Shift::Earlier, now, &zone),
                    1 => period.shifted(Shift::Later, now, &zone),
                    2 => period.zoomed(Zoom::In, now, &zone),
                    _ => period.zoomed(Zoom::Out, now, &zone),
                };
                let range = period.resolve(now, &zone);
                prop_assert!(range.from() <= range.to());
                prop_assert!(range.length() <= TimeDelta::days(1_096));
            }
        }
    }
}
