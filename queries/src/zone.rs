//! The time zone that calendars are drawn in.

use std::fmt;
use std::str::FromStr;

use chrono::{
    DateTime, FixedOffset, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta,
    TimeZone, Utc,
};
use chrono_tz::{TZ_VARIANTS, Tz};

/// An IANA zone, such as `Asia/Ho_Chi_Minh`. Servers that are older than it say that they
/// do not know it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Zone(Tz);

/// Not an IANA name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an IANA time zone; use a name such as Asia/Ho_Chi_Minh or UTC")]
pub struct NotAZone(String);

impl Zone {
    /// Coordinated universal time.
    #[must_use]
    pub const fn utc() -> Self {
        Self(Tz::UTC)
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        self.0.name()
    }

    /// A time as the zone's clocks show it, with their offset.
    #[must_use]
    pub fn at(&self, time: DateTime<Utc>) -> DateTime<FixedOffset> {
        let offset = self.0.offset_from_utc_datetime(&time.naive_utc()).fix();
        time.with_timezone(&offset)
    }

    /// When the zone's clocks show this: the first time of two, and where they are
    /// put forward over it, when they are.
    #[must_use]
    pub fn when(&self, shown: NaiveDateTime) -> DateTime<Utc> {
        let mut later = shown;
        // No clock is ever put forward by more than a day.
        for _ in 0..=24 * 4 {
            match self.0.from_local_datetime(&later) {
                MappedLocalTime::Single(time) | MappedLocalTime::Ambiguous(time, _) => {
                    return time.to_utc();
                }
                MappedLocalTime::None => later += TimeDelta::minutes(15),
            }
        }
        shown.and_utc()
    }

    /// When a day begins.
    #[must_use]
    pub fn start_of(&self, day: NaiveDate) -> DateTime<Utc> {
        self.when(day.and_time(NaiveTime::MIN))
    }

    /// The day that begins at a time, if one does.
    #[must_use]
    pub fn day_from(&self, time: DateTime<Utc>) -> Option<NaiveDate> {
        let day = self.at(time).date_naive();
        (self.start_of(day) == time).then_some(day)
    }

    /// How far the zone's clocks are from UTC, at both ends of a time: `UTC`, `UTC+7`,
    /// `UTC+5:30`, and `UTC+1/+2` where they are put forward in between.
    #[must_use]
    pub fn offsets(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> String {
        let offset = |time| {
            let minutes = self.at(time).offset().local_minus_utc() / 60;
            let (hours, minutes) = (minutes / 60, minutes.abs() % 60);
            match (hours, minutes) {
                (0, 0) => String::new(),
                (hours, 0) => format!("{hours:+}"),
                (hours, minutes) => format!("{hours:+}:{minutes:02}"),
            }
        };
        let (first, last) = (offset(from), offset(to));
        match (first == last, first.is_empty()) {
            (true, _) => format!("UTC{first}"),
            (false, false) if last.is_empty() => format!("UTC{first}/+0"),
            (false, false) => format!("UTC{first}/{last}"),
            (false, true) => format!("UTC+0/{last}"),
        }
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self::utc()
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl FromStr for Zone {
    type Err = NotAZone;

    /// In any case, as PostgreSQL has it; but what PostgreSQL takes besides is refused:
    /// it reads `UTC+7` as a POSIX zone, seven hours *west*.
    fn from_str(text: &str) -> Result<Self, NotAZone> {
        let mut zones = TZ_VARIANTS.iter();
        let found = zones.find(|zone| zone.name().eq_ignore_ascii_case(text));
        found
            .map(|zone| Self(*zone))
            .ok_or_else(|| NotAZone(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("UTC")]
    #[case("Asia/Ho_Chi_Minh")]
    #[case("America/Argentina/Buenos_Aires")]
    #[case("Etc/GMT-7")]
    fn knows_zones(#[case] name: &str) {
        assert_eq!(name.parse::<Zone>().unwrap().as_str(), name);
        assert_eq!(name.to_lowercase().parse::<Zone>().unwrap().as_str(), name);
    }

    #[rstest]
    #[case("")]
    #[case("UTC+7")]
    #[case("+07")]
    #[case("ICT")]
    #[case("Asia/")]
    #[case("Asia/Atlantis")]
    #[case("'; select 1")]
    fn refuses_what_is_none(#[case] name: &str) {
        let words = name.parse::<Zone>().unwrap_err().to_string();
        assert!(words.contains("Asia/Ho_Chi_Minh"), "{words}");
    }

    #[rstest]
    #[case("UTC", "UTC")]
    #[case("Asia/Ho_Chi_Minh", "UTC+7")]
    #[case("Asia/Kolkata", "UTC+5:30")]
    #[case("America/St_Johns", "UTC-3:30/-2:30")]
    #[case("Europe/Berlin", "UTC+1/+2")]
    #[case("Europe/London", "UTC+0/+1")]
    fn says_how_far_from_utc(#[case] zone: Zone, #[case] offsets: &str) {
        let (winter, summer) = ("2026-01-15T00:00:00Z", "2026-06-15T00:00:00Z");
        let (winter, summer) = (winter.parse().unwrap(), summer.parse().unwrap());
        assert_eq!(zone.offsets(winter, summer), offsets);
    }

    #[rstest]
    #[case("Asia/Ho_Chi_Minh", "2025-12-01", "2025-11-30T17:00:00Z", 24)]
    #[case::put_forward("Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z", 23)]
    #[case::put_back("Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z", 25)]
    #[case::put_forward_at_midnight("Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00Z", 23)]
    #[case::midnight_twice("America/Havana", "2026-11-01", "2026-11-01T04:00:00Z", 25)]
    #[case::by_half_an_hour("Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00:00Z", 24)]
    #[case::a_day_left_out("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z", 0)]
    fn days_begin_when_clocks_say_so(
        #[case] zone: &str,
        #[case] day: NaiveDate,
        #[case] start: DateTime<Utc>,
        #[case] hours: i64,
    ) {
        let zone: Zone = zone.parse().unwrap();
        let next = zone.start_of(day.succ_opt().unwrap());
        assert_eq!(zone.start_of(day), start);
        assert_eq!((next - start).num_hours(), hours);
    }
}
