//! Chance, reproducible from a seed.

use std::f64::consts::TAU;

use chrono::TimeDelta;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use uuid::Uuid;

/// Everything random in the shop comes from here.
#[derive(Debug)]
pub(super) struct Dice(StdRng);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    /// Whether something of this probability happens.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A number in `0.0..1.0`.
    pub(super) fn unit(&mut self) -> f64 {
        self.0.random()
    }

    /// A number in `low..high`.
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// An index below `count`, which is not 0.
    pub(super) fn below(&mut self, count: usize) -> usize {
        self.0.random_range(0..count.max(1))
    }

    /// One of several, by weight. The weights are not all 0.
    pub(super) fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        for (index, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return index;
            }
        }
        weights.len().saturating_sub(1)
    }

    /// One of a table of weights and things, which is not empty.
    pub(super) fn pick<T: Copy>(&mut self, table: &[(f64, T)]) -> T {
        let weights: Vec<f64> = table.iter().map(|(weight, _)| *weight).collect();
        table[self.weighted(&weights)].1
    }

    /// The time to the next of events that come by themselves, so many a day.
    pub(super) fn until_next(&mut self, per_day: f64) -> TimeDelta {
        // `1 - unit` is never 0.
        let days = -(1.0 - self.unit()).ln() / per_day;
        seconds(days * 86_400.0)
    }

    /// A human time: mostly around the median, now and then much longer.
    pub(super) fn think(&mut self, median_seconds: f64) -> TimeDelta {
        let normal = (-2.0 * (1.0 - self.unit()).ln()).sqrt() * (TAU * self.unit()).cos();
        seconds((median_seconds * (0.9 * normal).exp()).clamp(0.3, 1_500.0))
    }

    /// A fresh id that looks like any other random one.
    pub(super) fn uuid(&mut self) -> Uuid {
        uuid::Builder::from_random_bytes(self.0.random()).into_uuid()
    }

    /// A short id such as the browser makes for itself.
    pub(super) fn token(&mut self, prefix: &str) -> String {
        format!("{prefix}-{:012x}", self.0.random::<u64>() >> 16)
    }
}

/// To the millisecond, as browsers count.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a cast from float saturates, which is meant"
)]
pub(super) fn seconds(seconds: f64) -> TimeDelta {
    // A year is more than anybody waits here, and keeps dates in range.
    TimeDelta::milliseconds((seconds * 1_000.0).clamp(0.0, 3.2e10) as i64)
}
