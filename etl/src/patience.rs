//! How long a lost warehouse is waited for.

use std::time::Duration;

use tokio::time::Instant;

use crate::Deadline;

/// A restart of the server takes seconds; what takes longer is for the next run.
const LONGEST: Duration = Duration::from_mins(1);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// Growing pauses between attempts, until patience or the deadline ends.
#[derive(Debug)]
pub(crate) struct Patience {
    until: Instant,
    pause: Duration,
}

impl Patience {
    pub(crate) fn new(deadline: Deadline) -> Self {
        let longest = deadline
            .left_for_loading()
            .map_or(LONGEST, |left| left.min(LONGEST));
        Self {
            until: Instant::now() + longest,
            pause: FIRST_PAUSE,
        }
    }

    /// Waits before another attempt; false when there shall be none.
    pub(crate) async fn pause(&mut self) -> bool {
        let next = Instant::now() + self.pause + jitter(self.pause);
        if next >= self.until {
            return false;
        }
        tokio::time::sleep_until(next).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        true
    }
}

/// Up to half of the pause, so that two loaders do not knock in step.
fn jitter(pause: Duration) -> Duration {
    let noise = uuid::Uuid::new_v4().as_u64_pair().0 % 512;
    pause * u32::try_from(noise).unwrap_or(0) / 1_024
}

/// Whether the same statement may succeed on a new connection.
pub(crate) fn may_pass(error: &tokio_postgres::Error) -> bool {
    let Some(code) = error.code() else {
        // No answer from the server: the connection is gone. Anything else that
        // lacks a code is a misuse of the driver, which a retry does not cure.
        return error.is_closed() || is_io(error);
    };
    let code = code.code();
    // Connection exceptions; operator intervention (shutdown, crash, start-up,
    // and statements cut by a limit); serialization and deadlock; lock timeout;
    // too many connections, out of memory. And an event that somebody else
    // inserted while a chunk was being loaded: the next attempt finds it known.
    code.starts_with("08")
        || code.starts_with("57")
        || code.starts_with("40")
        || code == "55P03"
        || code == "53200"
        || code == "53300"
        || code == "25P03"
        || code == "23505"
}

fn is_io(error: &tokio_postgres::Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(under) = cause {
        if under.is::<std::io::Error>() {
            return true;
        }
        cause = under.source();
    }
    false
}
