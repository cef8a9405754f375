//! How far a run or a refresh is, for a person who watches.

use crate::RunReport;

/// Hears of progress.
pub trait Progress: Send + Sync {
    /// A chunk was loaded; `remaining` counts what is known and not loaded yet.
    fn loaded(&self, report: &RunReport);
    /// Hours and days of the rollups that are refreshed, of those that were to be.
    fn refreshed(&self, done: u64, of: u64);
}

/// Nobody watches.
impl Progress for () {
    fn loaded(&self, _: &RunReport) {}
    fn refreshed(&self, _: u64, _: u64) {}
}
