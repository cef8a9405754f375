//! When people come, in the shop's own time.

use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc};

/// Vietnam's clocks (`Asia/Ho_Chi_Minh`) have had no other offset since 1975.
const OFFSET_HOURS: i64 = 7;

/// Midnight to midnight: asleep, at lunch, on the sofa.
const HOURS: [f64; 24] = [
    0.40, 0.20, 0.10, 0.07, 0.07, 0.15, 0.40, 0.65, 0.90, 1.05, 1.15, 1.45, //
    1.70, 1.25, 1.00, 1.00, 1.05, 1.10, 1.25, 1.60, 2.05, 2.20, 1.70, 0.90,
];

/// Monday to Sunday.
const DAYS: [f64; 7] = [0.95, 0.90, 0.92, 0.95, 1.03, 1.15, 1.10];

/// The average over a week.
fn mean() -> f64 {
    HOURS.iter().sum::<f64>() / 24.0 * DAYS.iter().sum::<f64>() / 7.0
}

/// How busy this moment is; 1 is the average of a week.
pub(super) fn at(moment: DateTime<Utc>) -> f64 {
    let local = moment.naive_utc() + TimeDelta::hours(OFFSET_HOURS);
    let hour = local.hour() as usize;
    let next = (hour + 1) % 24;
    let part = f64::from(local.minute()) / 60.0;
    let hourly = HOURS[hour] * (1.0 - part) + HOURS[next] * part;
    let daily = DAYS[local.weekday().num_days_from_monday() as usize];
    hourly * daily / mean()
}

/// No moment is busier.
pub(super) fn peak() -> f64 {
    let most = |weights: &[f64]| weights.iter().copied().fold(0.0, f64::max);
    most(&HOURS) * most(&DAYS) / mean()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn time(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn evenings_are_busy_and_nights_are_quiet() {
        let night = at(time("2025-12-02T20:30:00Z"));
        let lunch = at(time("2025-12-03T05:15:00Z"));
        let afternoon = at(time("2025-12-03T07:30:00Z"));
        let evening = at(time("2025-12-03T14:00:00Z"));
        assert!(night < 0.2 && night < afternoon && afternoon < lunch && lunch < evening);
    }

    #[test]
    fn saturdays_are_busier_than_tuesdays() {
        assert!(at(time("2025-12-06T14:00:00Z")) > 1.2 * at(time("2025-12-02T14:00:00Z")));
    }

    #[test]
    fn a_week_averages_one_and_never_passes_the_peak() {
        let start = time("2025-12-01T00:00:00Z");
        let minutes = 7 * 24 * 60;
        let weights: Vec<f64> = (0..minutes)
            .map(|n| at(start + TimeDelta::minutes(n)))
            .collect();
        let mean = weights.iter().sum::<f64>() / f64::from(i32::try_from(minutes).unwrap());
        assert!((mean - 1.0).abs() < 0.01, "{mean}");
        assert!(weights.iter().all(|weight| *weight <= peak()));
    }
}
