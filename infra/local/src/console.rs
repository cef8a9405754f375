//! What a person hears: lines on standard output until the dashboard has the
//! terminal, and everything in the log.

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A trouble that goes on is told again so seldom.
const REMIND_EVERY: Duration = Duration::from_mins(10);
/// So many lines are kept for when the dashboard is left.
const KEPT: usize = 20;

/// Says things to whoever started the platform.
#[derive(Debug, Default)]
pub struct Console(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    silent: bool,
    kept: VecDeque<String>,
    /// By the part that has them.
    troubles: BTreeMap<&'static str, Trouble>,
}

/// Something that fails again and again.
#[derive(Debug)]
struct Trouble {
    times: u64,
    told: Instant,
}

impl Console {
    /// A step that is done.
    pub fn say(&self, line: &str) {
        tracing::info!("{line}");
        if !self.lock().silent {
            // Nobody may be listening any more; the platform goes on.
            let _ = writeln!(io::stdout(), "{line}");
        }
    }

    /// Something went wrong with a part, and the platform goes on without it. Told
    /// once until the part is [`well`](Self::well); from then on counted.
    pub fn trouble(&self, part: &'static str, line: &str) {
        tracing::error!("{line}");
        let mut state = self.lock();
        if let Some(told) = state.count(part, line, Instant::now()) {
            state.complain(told);
        }
    }

    /// A part works, possibly again.
    pub fn well(&self, part: &'static str) {
        let mut state = self.lock();
        let Some(Trouble { times, .. }) = state.troubles.remove(part) else {
            return;
        };
        let failures = if times == 1 { "failure" } else { "failures" };
        let line = format!("{part} works again, after {times} {failures}");
        tracing::info!("{line}");
        state.complain(line);
    }

    /// Something is not as it was asked for.
    pub fn warn(&self, line: &str) {
        tracing::warn!("{line}");
        self.lock().complain(line.to_owned());
    }

    /// The dashboard takes the terminal: nothing is said from now on.
    pub fn hush(&self) {
        self.lock().silent = true;
    }

    /// The dashboard is gone: what went wrong meanwhile is said now.
    pub fn speak_again(&self) {
        let mut state = self.lock();
        state.silent = false;
        for line in std::mem::take(&mut state.kept) {
            state.complain(line);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// What is to be told of a failure, if anything.
    fn count(&mut self, part: &'static str, line: &str, now: Instant) -> Option<String> {
        let Some(trouble) = self.troubles.get_mut(part) else {
            self.troubles.insert(
                part,
                Trouble {
                    times: 1,
                    told: now,
                },
            );
            return Some(line.to_owned());
        };
        trouble.times += 1;
        if now.saturating_duration_since(trouble.told) < REMIND_EVERY {
            return None;
        }
        trouble.told = now;
        Some(format!("{line} (failed {} times)", trouble.times))
    }

    fn complain(&mut self, line: String) {
        if self.silent {
            if self.kept.len() == KEPT {
                self.kept.pop_front();
            }
            self.kept.push_back(line);
        } else {
            let _ = writeln!(io::stderr(), "sbw-local: {line}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trouble_is_told_once_and_then_counted() {
        let mut state = State::default();
        let start = Instant::now();
        let told: Vec<_> = (0..700)
            .filter_map(|second| {
                let now = start + Duration::from_secs(second);
                state.count("the ETL", &format!("failed at {second}"), now)
            })
            .collect();
        assert_eq!(told, ["failed at 0", "failed at 600 (failed 601 times)"]);
        let other = state.count("PostgreSQL", "ended", start);
        assert_eq!(other.as_deref(), Some("ended"));
    }

    #[test]
    fn hours_of_trouble_behind_the_dashboard_stay_a_few_lines() {
        let console = Console::default();
        console.hush();
        for _ in 0..1_000 {
            console.trouble("the ETL", "failed");
            console.trouble("the ETL", "failed otherwise");
            console.well("the ETL");
        }
        let kept = &console.lock().kept;
        assert_eq!(kept.len(), KEPT);
        assert_eq!(kept[KEPT - 2], "failed");
        assert_eq!(kept[KEPT - 1], "the ETL works again, after 2 failures");
    }
}
