//! How far a run is, for whoever watches.

use crate::RunReport;

/// Hears of a run's figures whenever a chunk was loaded or a page listed.
pub trait Progress: Send + Sync {
    /// The figures so far; `remaining` counts what is known and not loaded yet.
    fn so_far(&self, report: &RunReport);
}

/// Nobody watches.
impl Progress for () {
    fn so_far(&self, _: &RunReport) {}
}
