//! A progress bar on a terminal; elsewhere nothing, or a line now and then.

use std::{
    io::IsTerminal,
    sync::atomic::{AtomicU64, Ordering},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::{
    Progress, RunReport,
    rebuild::{RebuildReport, Watch},
};

/// How far a run is.
pub(super) struct Bar(ProgressBar);

impl Bar {
    pub(super) fn new() -> Self {
        Self(draw(
            "{elapsed_precise} {wide_bar} {pos}/{len} objects {msg}",
        ))
    }

    pub(super) fn finish(&self) {
        self.0.finish_and_clear();
    }
}

impl Progress for Bar {
    fn so_far(&self, report: &RunReport) {
        self.0.set_length(report.new_objects);
        self.0.set_position(report.objects + report.gone);
        self.0.set_message(format!(
            "· {} rows, {} known, {} rejected",
            report.inserted, report.duplicates, report.rejected
        ));
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// How far a rebuild is.
pub(super) struct RebuildBar {
    bar: ProgressBar,
    /// Twentieths of it that were told, where there is no bar.
    told: AtomicU64,
}

impl RebuildBar {
    pub(super) fn new() -> Self {
        Self {
            bar: draw("{elapsed_precise} {wide_bar} {pos}/{len} events {msg}"),
            told: AtomicU64::new(u64::MAX),
        }
    }

    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Watch for RebuildBar {
    fn waits(&self) {
        self.bar.suspend(|| {
            tracing::info!("a loader is at work; the rebuild begins when it has committed");
        });
    }

    fn so_far(&self, report: &RebuildReport, of: u64) {
        self.bar.set_length(of);
        self.bar.set_position(report.events);
        self.bar.set_message(format!("· {} days", report.days));
        let twentieths = report.events.saturating_mul(20) / of.max(1);
        if self.bar.is_hidden() && self.told.swap(twentieths, Ordering::Relaxed) != twentieths {
            tracing::info!(events = report.events, of, days = report.days, "rebuilding");
        }
    }
}

impl Drop for RebuildBar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn draw(style: &str) -> ProgressBar {
    let target = if std::io::stderr().is_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let bar = ProgressBar::with_draw_target(Some(0), target);
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style);
    }
    bar
}
