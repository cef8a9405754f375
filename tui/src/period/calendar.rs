//! Ranges of whole days or months, which move by the calendar and not by hours:
//! months have 28 to 31 days, and days 23 to 25 hours where clocks change.

use chrono::{Datelike, Days, Months, NaiveDate, TimeDelta};
use sbw_queries::range::TimeRange;
use sbw_queries::zone::Zone;

use super::{Shift, between};

/// From a day up to another, which is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Calendar {
    from: NaiveDate,
    to: NaiveDate,
}

impl Calendar {
    pub(super) fn day(day: NaiveDate) -> Self {
        Self {
            from: day,
            to: day + Days::new(1),
        }
    }

    /// The month of a day.
    pub(super) fn month(day: NaiveDate) -> Option<Self> {
        let from = day.with_day(1)?;
        let to = from.checked_add_months(Months::new(1))?;
        Some(Self { from, to })
    }

    /// A range, if it is one of whole days.
    pub(super) fn of(range: TimeRange, zone: &Zone) -> Option<Self> {
        let (from, to) = (zone.day_from(range.from())?, zone.day_from(range.to())?);
        (from < to).then_some(Self { from, to })
    }

    /// So many days about the same middle.
    pub(super) fn zoomed(self, days: i64) -> Option<Self> {
        let cut = ((self.to - self.from).num_days() - days).div_euclid(2);
        let from = self.from.checked_add_signed(TimeDelta::try_days(cut)?)?;
        let to = from.checked_add_signed(TimeDelta::try_days(days)?)?;
        Some(Self { from, to })
    }

    pub(super) fn range(self, zone: &Zone) -> TimeRange {
        between(zone.start_of(self.from), zone.start_of(self.to))
    }

    pub(super) fn begins_after(self, day: NaiveDate) -> bool {
        self.from > day
    }

    /// As many months, or days, before or after.
    pub(super) fn shifted(self, shift: Shift) -> Option<Self> {
        let moved = |day: NaiveDate| match (self.months(), shift) {
            (Some(months), Shift::Earlier) => day.checked_sub_months(months),
            (Some(months), Shift::Later) => day.checked_add_months(months),
            (None, Shift::Earlier) => day.checked_sub_days(self.days()),
            (None, Shift::Later) => day.checked_add_days(self.days()),
        };
        Some(Self {
            from: moved(self.from)?,
            to: moved(self.to)?,
        })
    }

    /// How many whole months it is: 3 for a quarter, 12 for a year.
    fn months(self) -> Option<Months> {
        let month = |day: NaiveDate| day.year() * 12 + day.month0().cast_signed();
        let whole = self.from.day() == 1 && self.to.day() == 1;
        let months = u32::try_from(month(self.to) - month(self.from)).ok()?;
        whole.then_some(Months::new(months))
    }

    fn days(self) -> Days {
        let days = (self.to - self.from).num_days();
        Days::new(u64::try_from(days).unwrap_or(1))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use chrono::{DateTime, Utc};
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;
    use crate::period::{Period, Zoom};

    /// A range as it is typed in a zone, at noon of a day.
    fn typed(text: &str, now: &str, zone: &Zone) -> (Period, DateTime<Utc>) {
        let now = zone.when(format!("{now}T12:00:00").parse().unwrap());
        (Period::parse(text, now, zone).unwrap(), now)
    }

    #[rstest]
    #[case::month_of_31(
        "2025-01-01..2025-02-01",
        "1 Dec to 31 Dec 2024",
        "1 Feb to 28 Feb 2025"
    )]
    #[case::february(
        "2024-02-01..2024-03-01",
        "1 Jan to 31 Jan 2024",
        "1 Mar to 31 Mar 2024"
    )]
    #[case::quarter(
        "2025-01-01..2025-04-01",
        "1 Oct to 31 Dec 2024",
        "1 Apr to 30 Jun 2025"
    )]
    #[case::half_year(
        "2025-01-01..2025-07-01",
        "1 Jul to 31 Dec 2024",
        "1 Jul to 31 Dec 2025"
    )]
    #[case::year(
        "2024-01-01..2025-01-01",
        "1 Jan to 31 Dec 2023",
        "1 Jan to 31 Dec 2025"
    )]
    #[case::iso_week(
        "2025-03-24..2025-03-31",
        "17 Mar to 23 Mar 2025",
        "31 Mar to 6 Apr 2025"
    )]
    #[case::day("2025-03-30", "29 Mar 2025", "31 Mar 2025")]
    #[case::days(
        "2025-03-29..2025-03-31",
        "27 Mar to 28 Mar 2025",
        "31 Mar to 1 Apr 2025"
    )]
    #[case::hours(
        "2025-03-28T06:00..2025-03-28T08:00",
        "28 Mar 2025 04:00 to 06:00",
        "28 Mar 2025 08:00 to 10:00"
    )]
    fn moves_by_what_it_is_and_comes_back(
        #[case] range: &str,
        #[case] before: &str,
        #[case] after: &str,
        #[values("UTC", "Asia/Ho_Chi_Minh", "Europe/Berlin", "America/New_York")] zone: Zone,
    ) {
        let (period, now) = typed(range, "2026-06-15", &zone);
        let earlier = period.shifted(Shift::Earlier, now, &zone);
        let later = period.shifted(Shift::Later, now, &zone);
        assert_eq!(
            (earlier.words(&zone), later.words(&zone)),
            (before.into(), after.into())
        );
        assert_eq!(earlier.shifted(Shift::Later, now, &zone), period);
        assert_eq!(later.shifted(Shift::Earlier, now, &zone), period);
    }

    /// At the end of the way stands what follows the clock.
    #[rstest]
    #[case(Period::Today, &["28 Mar 2026", "27 Mar 2026"])]
    #[case(Period::ThisMonth, &["1 Feb to 28 Feb 2026", "1 Jan to 31 Jan 2026"])]
    fn what_follows_the_clock_is_come_back_to(
        #[case] period: Period,
        #[case] before: &[&str],
        #[values("UTC", "Europe/Berlin")] zone: Zone,
    ) {
        // The day on which Berlin's clocks are put forward.
        let now = zone.when("2026-03-29T12:00:00".parse().unwrap());
        let (mut shifted, mut seen) = (period, Vec::new());
        for _ in before {
            shifted = shifted.shifted(Shift::Earlier, now, &zone);
            seen.push(shifted.words(&zone));
        }
        assert_eq!(seen, before);
        for _ in before {
            shifted = shifted.shifted(Shift::Later, now, &zone);
        }
        assert_eq!(shifted, period);
        assert_eq!(shifted.shifted(Shift::Later, now, &zone), period);
    }

    #[test]
    fn yesterday_comes_before_today() {
        let zone = Zone::utc();
        let now = "2026-03-29T12:00:00Z".parse().unwrap();
        let later = Period::Yesterday.shifted(Shift::Later, now, &zone);
        assert_eq!(later, Period::Today);
    }

    /// A week that has begun may be looked at, one that has not may not.
    #[test]
    fn nothing_is_shifted_behind_now() {
        let zone = Zone::utc();
        let (week, now) = typed("2026-06-08..2026-06-15", "2026-06-17", &zone);
        let this = week.shifted(Shift::Later, now, &zone);
        assert_eq!(this.words(&zone), "15 Jun to 21 Jun 2026");
        assert_eq!(this.shifted(Shift::Later, now, &zone), this);
        assert_eq!(this.shifted(Shift::Earlier, now, &zone), week);
    }

    #[rstest]
    #[case("2025-01-01..2025-02-01", Zoom::In, "9 Jan to 22 Jan 2025")]
    #[case("2025-01-01..2025-02-01", Zoom::Out, "2 Dec 2024 to 1 Mar 2025")]
    #[case("2025-03-24..2025-03-31", Zoom::In, "26 Mar to 27 Mar 2025")]
    #[case("2025-03-24..2025-03-31", Zoom::Out, "20 Mar to 2 Apr 2025")]
    #[case("2025-03-30", Zoom::Out, "29 Mar to 30 Mar 2025")]
    fn whole_days_stay_whole(
        #[case] range: &str,
        #[case] zoom: Zoom,
        #[case] becomes: &str,
        #[values("UTC", "Europe/Berlin")] zone: Zone,
    ) {
        let (period, now) = typed(range, "2026-06-15", &zone);
        assert_eq!(period.zoomed(zoom, now, &zone).words(&zone), becomes);
    }

    proptest! {
        #[test]
        fn any_whole_days_come_back(from in 0_i64..9_000, days in 1_u64..800, steps in 1_usize..9) {
            let zone: Zone = "Europe/Berlin".parse().unwrap();
            let from = NaiveDate::from_ymd_opt(2001, 1, 1).unwrap() + TimeDelta::days(from);
            let calendar = Calendar { from, to: from + Days::new(days) };
            // As many days as some months have, moved to where those are: months from there on.
            let moved = |shift| {
                std::iter::successors(Some(calendar), move |calendar| calendar.shifted(shift))
            };
            let mut way = moved(Shift::Earlier).take(steps + 1).chain(moved(Shift::Later).take(steps + 1));
            prop_assume!(way.all(|step| step.months().is_some() == calendar.months().is_some()));
            let start = Period::Fixed(calendar.range(&zone));
            let now = "2060-06-15T00:00:00Z".parse().unwrap();
            let walk = |period: Period, shift| {
                (0..steps).fold(period, |period, _| period.shifted(shift, now, &zone))
            };
            prop_assert_eq!(walk(walk(start, Shift::Earlier), Shift::Later), start);
            prop_assert_eq!(walk(walk(start, Shift::Later), Shift::Earlier), start);
        }
    }
}
