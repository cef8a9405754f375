//! What is tried again, and how long a lost warehouse is waited for.

use std::time::Duration;

use tokio::time::Instant;
use tokio_postgres::error::SqlState;

use crate::{Deadline, EtlError};

/// A restart of the server takes seconds; what takes longer is for the next run.
const LONGEST: Duration = Duration::from_mins(1);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// Growing pauses between attempts, until the budget or the deadline ends.
#[derive(Debug)]
pub(crate) struct RetryBudget {
    until: Instant,
    pause: Duration,
}

impl RetryBudget {
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

/// What an error of the warehouse says about another attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The same may succeed on a new connection.
    Passing,
    /// Somebody else inserted the same: the next attempt finds it known.
    Race,
    /// Something in what was sent: less of it may succeed.
    OfData,
    /// Nothing can be loaded before an operator has seen to it.
    Lasting,
}

impl Fault {
    pub(crate) fn of(error: &EtlError) -> Self {
        match error {
            EtlError::Connect(error) if error.may_pass() => Self::Passing,
            EtlError::Warehouse { source, .. } => of_server(source),
            _ => Self::Lasting,
        }
    }
}

fn of_server(error: &tokio_postgres::Error) -> Fault {
    let Some(code) = error.code() else {
        // No answer from the server: the connection is gone. Anything else that
        // lacks a code is a misuse of the driver, which a retry does not cure.
        return if error.is_closed() || is_io(error) {
            Fault::Passing
        } else {
            Fault::Lasting
        };
    };
    of_code(code)
}

fn of_code(code: &SqlState) -> Fault {
    match code.code() {
        // A statement that took too long: a smaller one takes less.
        "57014" => Fault::OfData,
        "23505" => Fault::Race,
        // Lock timeout; out of memory; too many connections; idle in a transaction.
        "55P03" | "53200" | "53300" | "25P03" => Fault::Passing,
        code => match code.get(..2) {
            // Connection exceptions; operator intervention (shutdown, crash,
            // start-up); serialization and deadlock.
            Some("08" | "57" | "40") => Fault::Passing,
            // A read-only server, roles and rights, a schema that is not there or
            // another one, a full disk, a state that forbids it, broken files.
            Some("25" | "28" | "3D" | "3F" | "42" | "53" | "55" | "58" | "F0") => Fault::Lasting,
            _ => Fault::OfData,
        },
    }
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

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::shutdown("57P01", Fault::Passing)]
    #[case::serialization("40001", Fault::Passing)]
    #[case::deadlock("40P01", Fault::Passing)]
    #[case::inserted_meanwhile("23505", Fault::Race)]
    #[case::lock_timeout("55P03", Fault::Passing)]
    #[case::statement_timeout("57014", Fault::OfData)]
    #[case::raised("P0001", Fault::OfData)]
    #[case::out_of_range("22003", Fault::OfData)]
    #[case::check_violated("23514", Fault::OfData)]
    #[case::too_long_for_an_index("54000", Fault::OfData)]
    #[case::read_only("25006", Fault::Lasting)]
    #[case::no_right("42501", Fault::Lasting)]
    #[case::no_table("42P01", Fault::Lasting)]
    #[case::disk_full("53100", Fault::Lasting)]
    fn a_code_says_what_helps(#[case] code: &str, #[case] expected: Fault) {
        assert_eq!(of_code(&SqlState::from_code(code)), expected);
    }
}
