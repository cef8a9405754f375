//! The figures of a run while it runs.

use std::sync::{Mutex, PoisonError};

use crate::{RunReport, load::Loaded};

/// A report that several stages add to.
#[derive(Debug, Default)]
pub(crate) struct Counts(Mutex<RunReport>);

impl Counts {
    pub(crate) fn update(&self, change: impl FnOnce(&mut RunReport)) {
        // A figure is added or not; a panic elsewhere cannot leave half of one.
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Adds what was committed.
    pub(crate) fn add(&self, done: &Loaded) {
        self.update(|report| {
            report.objects += done.objects;
            report.reloaded += done.reloaded;
            report.gone += done.taken;
            report.events += done.events;
            report.inserted += done.inserted;
            report.duplicates += done.duplicates;
            report.rejected += done.rejected;
        });
    }

    /// The figures so far; what is not loaded and not gone, remains.
    pub(crate) fn so_far(&self) -> RunReport {
        let mut report = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        report.remaining = report
            .new_objects
            .saturating_sub(report.objects + report.gone);
        report
    }
}
