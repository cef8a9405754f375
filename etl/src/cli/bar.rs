//! A progress bar on a terminal; elsewhere nothing, or a line now and then.

use std::{
    io::IsTerminal,
    sync::atomic::{AtomicU64, Ordering},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::{Progress, RunReport};

/// How far a run or a refresh is.
pub(super) struct Bar {
    bar: ProgressBar,
    /// Twentieths of a refresh that were logged, where there is no bar.
    logged: AtomicU64,
}

impl Bar {
    pub(super) fn new() -> Self {
        Self {
            bar: draw("{elapsed_precise} {wide_bar} {pos}/{len} {prefix} {msg}"),
            logged: AtomicU64::new(0),
        }
    }

    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Bar {
    fn loaded(&self, report: &RunReport) {
        self.bar.set_prefix("objects");
        self.bar.set_length(report.new_objects);
        self.bar.set_position(report.objects + report.gone);
        self.bar.set_message(format!(
            "· {} rows, {} known, {} rejected",
            report.inserted, report.duplicates, report.rejected
        ));
    }

    fn refreshed(&self, done: u64, of: u64) {
        self.bar.set_prefix("hours and days refreshed");
        self.bar.set_message("");
        self.bar.set_length(of);
        self.bar.set_position(done);
        let twentieths = done.saturating_mul(20) / of.max(1);
        if self.bar.is_hidden()
            && of > 0
            && self.logged.swap(twentieths, Ordering::Relaxed) != twentieths
        {
            tracing::info!(done, of, "refreshing hours and days");
        }
    }
}

impl Drop for Bar {
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
