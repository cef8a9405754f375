//! Two clocks: the server's, which the data follows, and this machine's, by which
//! the dashboard waits.

use chrono::{DateTime, TimeDelta, Utc};

use super::state::{Link, State};
use crate::number;

/// How far the server's clock is ahead of this machine's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockOffset(TimeDelta);

/// Less is how clocks are.
const NOTABLE: TimeDelta = TimeDelta::minutes(1);

impl Default for ClockOffset {
    fn default() -> Self {
        Self::new(TimeDelta::zero())
    }
}

impl ClockOffset {
    /// The server is ahead by so much, or behind when it is negative.
    #[must_use]
    pub const fn new(ahead: TimeDelta) -> Self {
        Self(ahead)
    }

    /// What the server's clock shows when this machine's shows `here`.
    #[must_use]
    pub fn there(self, here: DateTime<Utc>) -> DateTime<Utc> {
        here.checked_add_signed(self.0).unwrap_or(here)
    }

    /// What this machine's clock shows when the server's shows `there`.
    #[must_use]
    pub fn here(self, there: DateTime<Utc>) -> DateTime<Utc> {
        there.checked_sub_signed(self.0).unwrap_or(there)
    }

    /// What to say of a clock that is more than a minute off.
    #[must_use]
    pub fn advice(self) -> Option<String> {
        if self.0.abs() <= NOTABLE {
            return None;
        }
        // To the minute: measured anew, it is a little less or more.
        let seconds = (self.0.abs().num_seconds() + 30) / 60 * 60;
        let off = number::lag(seconds);
        let way = if self.0 < TimeDelta::zero() {
            "ahead of"
        } else {
            "behind"
        };
        Some(format!(
            "this machine's clock is {off} {way} the server's; ranges and ages follow the server's"
        ))
    }
}

impl State {
    /// The present, as far as the data goes.
    #[must_use]
    pub fn server_now(&self) -> DateTime<Utc> {
        self.clock.there(self.now)
    }

    /// This machine's clock shows `now`. When it was set back, what was to be done by
    /// it must not wait until it has caught up.
    pub(super) fn turn_clock(&mut self, now: DateTime<Utc>) {
        let back = self.now - now;
        self.now = now;
        if back <= TimeDelta::zero() {
            return;
        }
        let turn = |time: &mut DateTime<Utc>| {
            *time = time.checked_sub_signed(back).unwrap_or(now);
        };
        let live = &mut self.live;
        let waiting = [&mut live.refresh_at, &mut live.ask_at, &mut live.changed_at];
        waiting.into_iter().flatten().for_each(turn);
        self.answers.times().for_each(turn);
        if let Some((_, until)) = &mut self.remark {
            turn(until);
        }
        if let Link::Lost {
            since, retry_at, ..
        } = &mut self.link
        {
            turn(since);
            retry_at.iter_mut().for_each(turn);
        }
    }
}
