//! Numbers, money, times and ages as people read them.

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use sbw_queries::zone::Zone;

/// `1,234,567`.
#[must_use]
pub fn count(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if value < 0 {
        grouped.push('-');
    }
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `987`, `12.3 K`, `1.2 M`, `3.4 B`, `5.6 T`: three digits at most, for narrow places.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
pub fn short(value: i64) -> String {
    const UNITS: [&str; 6] = ["K", "M", "B", "T", "Q", "E"];
    if value.unsigned_abs() < 1_000 {
        return value.to_string();
    }
    let mut scaled = value as f64;
    let mut unit = "";
    for next in UNITS {
        if scaled.abs() < 999.5 {
            break;
        }
        scaled /= 1_000.0;
        unit = next;
    }
    if scaled.abs() < 99.95 {
        format!("{scaled:.1} {unit}")
    } else {
        format!("{scaled:.0} {unit}")
    }
}

/// A round number for an axis: [`short`] without a decimal that says nothing.
#[must_use]
pub fn round(value: i64) -> String {
    short(value).replace(".0 ", " ")
}

/// `1,234` when it fits `columns`, else `1.2 K`.
#[must_use]
pub fn count_within(value: i64, columns: usize) -> String {
    let long = count(value);
    if long.len() <= columns {
        long
    } else {
        short(value)
    }
}

/// `1,790,000 ₫` when it fits `columns`, else `1.8 M ₫`.
#[must_use]
pub fn money_within(value: i64, currency: &str, columns: usize) -> String {
    let room = columns.saturating_sub(currency.chars().count() + 1);
    format!("{} {currency}", count_within(value, room))
}

/// `12.3%`; the decimal is what the answer carries.
#[must_use]
pub fn percent(value: f64) -> String {
    format!("{value:.1}%")
}

/// `45 s`, `2 min 12 s`, `1 h 05 min`, `3 d 4 h`.
#[must_use]
pub fn duration(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{minutes} min {:02} s", seconds % 60),
        3_600..86_400 => format!("{hours} h {:02} min", minutes % 60),
        _ => format!("{} d {} h", count(days), hours % 24),
    }
}

/// A duration that goes on: without the seconds, which nobody could follow.
#[must_use]
pub fn lag(seconds: i64) -> String {
    match seconds {
        ..60 => "under 1 min".to_owned(),
        60..3_600 => format!("{} min", seconds / 60),
        _ => duration(seconds),
    }
}

/// `just now`, `4 min ago`, `3 h ago`, `12 d ago`; the future is `just now` too.
#[must_use]
pub fn age(age: TimeDelta) -> String {
    let seconds = age.num_seconds();
    match seconds {
        ..60 => "just now".to_owned(),
        60..3_600 => format!("{} min ago", seconds / 60),
        3_600..172_800 => format!("{} h ago", seconds / 3_600),
        _ => format!("{} d ago", count(seconds / 86_400)),
    }
}

/// `13:02` on the day of `now`, `21 Nov 13:02` within a year, else with the year.
#[must_use]
pub fn moment(time: DateTime<Utc>, now: DateTime<Utc>, zone: &Zone) -> String {
    let (time, now) = (zone.at(time), zone.at(now));
    if time.date_naive() == now.date_naive() {
        time.format("%H:%M").to_string()
    } else if time.year() == now.year() {
        time.format("%-d %b %H:%M").to_string()
    } else {
        time.format("%-d %b %Y %H:%M").to_string()
    }
}

/// How a number moved against the period before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Change {
    /// The period before has nothing to compare with.
    Unknown,
    /// The same.
    Same,
    /// Grew, by this much.
    Up(f64),
    /// Shrank, by this much.
    Down(f64),
}

impl Change {
    /// In percent of what was before.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
    pub fn of_counts(now: i64, before: i64) -> Self {
        if before == 0 {
            return if now == 0 { Self::Same } else { Self::Unknown };
        }
        Self::by(100.0 * (now as f64 - before as f64) / before as f64)
    }

    /// In percentage points.
    #[must_use]
    pub fn of_percents(now: f64, before: f64) -> Self {
        Self::by(now - before)
    }

    fn by(difference: f64) -> Self {
        if difference.abs() < 0.05 {
            Self::Same
        } else if difference > 0.0 {
            Self::Up(difference)
        } else {
            Self::Down(-difference)
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(0, "0")]
    #[case(999, "999")]
    #[case(1_000, "1,000")]
    #[case(-1_234_567, "-1,234,567")]
    #[case(i64::MIN, "-9,223,372,036,854,775,808")]
    fn groups_thousands(#[case] value: i64, #[case] shown: &str) {
        assert_eq!(count(value), shown);
    }

    #[rstest]
    #[case(999, "999")]
    #[case(1_000, "1.0 K")]
    #[case(12_345, "12.3 K")]
    #[case(99_949, "99.9 K")]
    #[case(99_950, "100 K")]
    #[case(999_499, "999 K")]
    #[case(999_500, "1.0 M")]
    #[case(1_234_567_890, "1.2 B")]
    #[case(-2_500, "-2.5 K")]
    #[case(i64::MAX, "9.2 E")]
    fn shortens(#[case] value: i64, #[case] shown: &str) {
        assert_eq!(short(value), shown);
    }

    #[rstest]
    #[case(1_790_000, 11, "1,790,000 ₫")]
    #[case(1_790_000, 10, "1.8 M ₫")]
    fn money_takes_the_room_it_has(#[case] value: i64, #[case] room: usize, #[case] shown: &str) {
        assert_eq!(money_within(value, "₫", room), shown);
    }

    #[rstest]
    #[case(-5, "0 s")]
    #[case(59, "59 s")]
    #[case(132, "2 min 12 s")]
    #[case(3_900, "1 h 05 min")]
    #[case(273_600, "3 d 4 h")]
    fn durations(#[case] seconds: i64, #[case] shown: &str) {
        assert_eq!(duration(seconds), shown);
    }

    #[rstest]
    #[case(-10, "just now")]
    #[case(59, "just now")]
    #[case(240, "4 min ago")]
    #[case(7_200, "2 h ago")]
    #[case(172_800, "2 d ago")]
    fn ages(#[case] seconds: i64, #[case] shown: &str) {
        assert_eq!(age(TimeDelta::seconds(seconds)), shown);
    }

    #[rstest]
    #[case(0, 0, Change::Same)]
    #[case(5, 0, Change::Unknown)]
    #[case(110, 100, Change::Up(10.0))]
    #[case(0, 100, Change::Down(100.0))]
    fn changes(#[case] now: i64, #[case] before: i64, #[case] change: Change) {
        assert_eq!(Change::of_counts(now, before), change);
    }
}
