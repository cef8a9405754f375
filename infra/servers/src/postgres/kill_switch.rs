//! A server's end, in the hands of somebody who neither starts nor owns it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::process::Signal;

use super::Error;
use super::postmaster::Postmaster;

/// Ends a server at once while somebody else starts it, uses it or waits for its
/// orderly end. Given to a [`Builder`](super::Builder) before the start.
#[derive(Debug, Clone, Default)]
pub struct KillSwitch(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    pulled: bool,
    server: Option<Postmaster>,
}

impl KillSwitch {
    /// The server ends as by [`Postgres::crash`](super::Postgres::crash), without
    /// waiting for it here; one that has not started yet never will.
    pub fn pull(&self) {
        let mut state = self.lock();
        state.pulled = true;
        if let Some(server) = &state.server {
            server.signal(Signal::QUIT);
        }
    }

    /// For whoever starts the server: whether to go on.
    pub(super) fn check(&self) -> Result<(), Error> {
        if self.lock().pulled {
            Err(Error::Killed)
        } else {
            Ok(())
        }
    }

    /// It runs; should the switch have been pulled just before, not for long.
    pub(super) fn holds(&self, server: &Postmaster) {
        let mut state = self.lock();
        if state.pulled {
            server.signal(Signal::QUIT);
        }
        state.server = Some(server.clone());
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
