//! What fails when: a function of the seed and the length of the run.

use std::ops::Range;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sbw_servers::s3::Fault;

/// Seconds between two faults of a kind.
const ETL_EVERY: Range<u64> = 5..20;
const POSTGRES_EVERY: Range<u64> = 15..45;
const S3_EVERY: Range<u64> = 8..25;
/// Seconds that a fault of the store lasts.
const S3_LASTS: Range<u64> = 1..4;
/// Nothing fails in the last seconds: what was begun comes to its end.
const CALM: Duration = Duration::from_secs(3);

/// How a server goes down. It is started again at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outage {
    /// `SIGKILL` of its first process.
    Kill,
    /// All processes at once, without a checkpoint.
    Crash,
    /// In order.
    Restart,
}

/// The faults of a run, in the order of time, which counts from its start.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Schedule {
    /// When the loader is killed.
    pub(crate) etl: Vec<Duration>,
    /// When the database goes down.
    pub(crate) postgres: Vec<(Duration, Outage)>,
    /// When the store fails, and how.
    pub(crate) s3: Vec<(Range<Duration>, Fault)>,
}

impl Schedule {
    pub(crate) fn new(seed: u64, length: Duration) -> Self {
        let end = length.saturating_sub(CALM);
        let mut dice = StdRng::seed_from_u64(seed);
        let etl = moments(&mut dice, ETL_EVERY, end);
        let postgres = moments(&mut dice, POSTGRES_EVERY, end);
        let outages = [Outage::Kill, Outage::Crash, Outage::Restart];
        let postgres = postgres.into_iter().zip(outages.into_iter().cycle());
        let s3 = moments(&mut dice, S3_EVERY, end);
        let faults = [
            Fault::Status(503),
            Fault::Cut,
            Fault::Status(500),
            Fault::Silence,
        ];
        let s3 = s3.into_iter().zip(faults.into_iter().cycle());
        Self {
            etl,
            postgres: postgres.collect(),
            s3: s3
                .map(|(at, fault)| {
                    let lasts = Duration::from_secs(dice.random_range(S3_LASTS));
                    (at..(at + lasts).min(end), fault)
                })
                .collect(),
        }
    }
}

fn moments(dice: &mut StdRng, every: Range<u64>, end: Duration) -> Vec<Duration> {
    let mut at = Duration::ZERO;
    let mut moments = Vec::new();
    loop {
        at += Duration::from_secs(dice.random_range(every.clone()));
        if at >= end {
            return moments;
        }
        moments.push(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_decides_and_an_hour_has_all_kinds_of_faults() {
        let hour = Duration::from_hours(1);
        let schedule = Schedule::new(7, hour);
        assert_eq!(schedule, Schedule::new(7, hour));
        assert_ne!(schedule, Schedule::new(8, hour));
        assert!(schedule.etl.len() > 180 && schedule.etl.is_sorted());
        assert!(schedule.postgres.len() > 80 && schedule.s3.len() > 144);
        let ends = schedule.s3.iter().map(|(span, _)| span.end);
        assert!(ends.max() <= hour.checked_sub(CALM));
    }
}
