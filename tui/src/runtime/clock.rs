//! Whether this machine's clock was set since it was compared with the server's.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

use crate::app::ClockOffset;

/// Clocks drift by less; whoever sets one, or wakes from sleep, moves it by more.
const JUMP: Duration = Duration::from_secs(30);

/// A comparison with the server's clock, and when it was made.
pub(super) struct Compared {
    pub(super) offset: ClockOffset,
    wall: DateTime<Utc>,
    steady: Instant,
}

impl Compared {
    /// The server is ahead by so much, right now.
    pub(super) fn now(ahead: TimeDelta) -> Self {
        Self {
            offset: ClockOffset::new(ahead),
            wall: Utc::now(),
            steady: Instant::now(),
        }
    }

    /// Whether the clock went another way than time did.
    pub(super) fn is_outdated(&self) -> bool {
        jumped(Utc::now() - self.wall, self.steady.elapsed())
    }
}

fn jumped(wall: TimeDelta, steady: Duration) -> bool {
    match wall.to_std() {
        Ok(wall) => wall.abs_diff(steady) > JUMP,
        Err(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::steady(3_600, 3_600, false)]
    #[case::drifted(86_405, 86_400, false)]
    #[case::set_on(7_210, 10, true)]
    #[case::set_back(-3_600, 10, true)]
    #[case::slept(610, 10, true)]
    fn a_clock_that_was_set_is_told(#[case] wall: i64, #[case] steady: u64, #[case] told: bool) {
        let steady = Duration::from_secs(steady);
        assert_eq!(jumped(TimeDelta::seconds(wall), steady), told);
    }
}
