//! What a run did, in figures.

use serde::{Deserialize, Serialize};

/// The result of a run. Its field names are a contract: the invocation's
/// answer, the log line, the command line's output and the metrics share them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunReport {
    /// Objects listed.
    pub listed: u64,
    /// Of these, not yet loaded when listed.
    pub new_objects: u64,
    /// Events in the objects loaded, good and bad.
    pub events: u64,
    /// Events that became rows.
    pub inserted: u64,
    /// Events that were there already.
    pub duplicates: u64,
    /// Events, or objects as a whole, that could not be read.
    pub rejected: u64,
    /// New objects left for the next run.
    pub remaining: u64,
    /// How long it took.
    pub duration_ms: u64,
    /// Objects loaded by this run.
    pub objects: u64,
    /// Of these, loaded before in another version: they were stored again under their key.
    #[serde(default)]
    pub reloaded: u64,
    /// Of those that remain, put aside because their network's events had their share of the run.
    #[serde(default)]
    pub put_aside: u64,
    /// New objects that another run loaded meanwhile, or that were deleted.
    pub gone: u64,
    /// Whether the listing was cut short, so that more may remain than counted.
    pub listing_cut: bool,
    /// Hours and days of the rollups that time did not suffice to refresh;
    /// none when the warehouse did not say. Answers about them come from events,
    /// and the next run goes on.
    #[serde(default)]
    pub refresh_pending: Option<u64>,
}

impl RunReport {
    /// Whether all that was listed is loaded, or put aside for the next run, which need not list
    /// it again.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.remaining <= self.put_aside && !self.listing_cut
    }
}
