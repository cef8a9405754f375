//! A server that misbehaves on demand, for tests of its clients.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

/// What goes wrong with a request, before the store sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is answered with this HTTP status, such as 500 or 503.
    Status(u16),
    /// It is refused with this HTTP status and this code of S3, such as 400 and `ExpiredToken`.
    Refused(u16, &'static str),
    /// It is answered with these headers and this body, as a proxy or a broken store does.
    Answer {
        /// The HTTP status.
        status: u16,
        /// Names and values; a `content-length` may promise more than comes.
        headers: &'static [(&'static str, &'static str)],
        /// What comes.
        body: &'static str,
    },
    /// It is never answered.
    Silence,
    /// Its connection is closed.
    Cut,
}

type Rule = dyn Fn(&str, &str) -> Option<Fault> + Send + Sync;

/// The rule that decides over every request. Cloned, it stays the same rule.
#[derive(Clone, Default)]
pub(super) struct Faults(Arc<RwLock<Option<Arc<Rule>>>>);

impl Faults {
    pub(super) fn set(&self, rule: Option<Arc<Rule>>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = rule;
    }

    pub(super) fn of(&self, method: &str, target: &str) -> Option<Fault> {
        let rule = self
            .0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        rule.and_then(|rule| rule(method, target))
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faults").finish_non_exhaustive()
    }
}
