//! How long a part that ended waits before it is started again.

use std::time::{Duration, Instant};

const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(30);
/// A part that ran for so long was all right.
const STEADY: Duration = Duration::from_mins(1);

/// Waits that double from one failure to the next, up to half a minute.
#[derive(Debug)]
pub(crate) struct Backoff {
    next: Duration,
    /// When the latest wait was over.
    since: Instant,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            next: SHORTEST,
            since: Instant::now(),
        }
    }
}

impl Backoff {
    /// The part has ended: the time until it starts again.
    pub(crate) fn wait(&mut self) -> Duration {
        self.wait_at(Instant::now())
    }

    fn wait_at(&mut self, now: Instant) -> Duration {
        if now.saturating_duration_since(self.since) >= STEADY {
            self.next = SHORTEST;
        }
        let wait = self.next;
        self.next = (wait * 2).min(LONGEST);
        self.since = now + wait;
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_limit_and_begin_anew_after_a_steady_run() {
        let mut backoff = Backoff::default();
        let mut now = Instant::now();
        let mut waits = |runs: u64, times: usize| {
            let waits = (0..times).map(|_| {
                now += Duration::from_secs(runs);
                let wait = backoff.wait_at(now);
                now += wait;
                wait.as_secs()
            });
            waits.collect::<Vec<_>>()
        };
        assert_eq!(waits(0, 7), [1, 2, 4, 8, 16, 30, 30]);
        assert_eq!(waits(59, 1), [30]);
        assert_eq!(waits(60, 2), [1, 1]);
        assert_eq!(waits(1, 2), [2, 4]);
    }
}
