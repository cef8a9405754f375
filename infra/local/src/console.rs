//! What a person hears: lines on standard output until the dashboard has the
//! terminal, and everything in the log.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// Says things to whoever started the platform.
#[derive(Debug, Default)]
pub struct Console {
    silent: AtomicBool,
    troubles: Mutex<Vec<String>>,
}

impl Console {
    /// A step that is done.
    pub fn say(&self, line: &str) {
        tracing::info!("{line}");
        if !self.silent.load(Ordering::Relaxed) {
            // Nobody may be listening any more; the platform goes on.
            let _ = writeln!(io::stdout(), "{line}");
        }
    }

    /// Something went wrong, and the platform goes on without it.
    pub fn trouble(&self, line: &str) {
        tracing::error!("{line}");
        self.complain(line);
    }

    /// Something is not as it was asked for.
    pub fn warn(&self, line: &str) {
        tracing::warn!("{line}");
        self.complain(line);
    }

    fn complain(&self, line: &str) {
        if self.silent.load(Ordering::Relaxed) {
            let mut troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
            if troubles.last().is_none_or(|last| last != line) {
                troubles.push(line.to_owned());
            }
        } else {
            let _ = writeln!(io::stderr(), "sbw-local: {line}");
        }
    }

    /// The dashboard takes the terminal: nothing is said from now on.
    pub fn hush(&self) {
        self.silent.store(true, Ordering::Relaxed);
    }

    /// The dashboard is gone: what went wrong meanwhile is said now.
    pub fn speak_again(&self) {
        self.silent.store(false, Ordering::Relaxed);
        let mut troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        for line in troubles.drain(..) {
            let _ = writeln!(io::stderr(), "sbw-local: {line}");
        }
    }
}
