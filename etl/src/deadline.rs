//! When a run must be over.

use std::time::Duration;

use tokio::time::Instant;

/// What a run keeps for finishing the chunk in hand, counting what is left and
/// closing the run's row.
const MARGIN: Duration = Duration::from_secs(20);
/// Of these, what closing the run's row alone needs.
const CLOSING: Duration = Duration::from_secs(2);

/// The instant at which the process may be stopped from outside.
#[derive(Debug, Clone, Copy, Default)]
pub struct Deadline(Option<Instant>);

impl Deadline {
    /// As long as it takes.
    pub const NONE: Self = Self(None);

    /// The process may be stopped at this instant.
    #[must_use]
    pub const fn at(instant: Instant) -> Self {
        Self(Some(instant))
    }

    /// Whether it is too late to begin another object.
    #[must_use]
    pub fn is_near(&self) -> bool {
        self.left(MARGIN).is_some_and(|left| left.is_zero())
    }

    /// Waits until it is too late to begin another object; for ever without a deadline.
    pub async fn near(&self) {
        self.sleep(MARGIN).await;
    }

    /// Waits until only closing the run's row is possible.
    pub async fn closing(&self) {
        self.sleep(CLOSING).await;
    }

    /// How long the work of loading may still take.
    #[must_use]
    pub fn left_for_loading(&self) -> Option<Duration> {
        self.left(CLOSING)
    }

    fn left(&self, margin: Duration) -> Option<Duration> {
        self.0.map(|at| {
            at.checked_sub(margin).map_or(Duration::ZERO, |at| {
                at.saturating_duration_since(Instant::now())
            })
        })
    }

    async fn sleep(&self, margin: Duration) {
        match self.left(margin) {
            Some(left) => tokio::time::sleep(left).await,
            None => std::future::pending().await,
        }
    }
}
