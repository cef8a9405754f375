//! Results on stdout: JSON for programs, tables for people.
//!
//! Keys, reasons and excerpts come from public input, so what is printed for
//! people holds no control or direction-changing characters.

use std::io::Write;

use serde::Serialize;

use super::args::Format;
use crate::{
    removal::exclude::Excluded,
    run_log::{Reject, Run},
};

/// A line; a reader that went away is no failure.
pub(super) fn line(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// A line that holds public input.
pub(super) fn foreign_line(text: &str) {
    line(&printable(text));
}

/// A value on one line.
pub(super) fn json(value: &impl Serialize) {
    match serde_json::to_string(value) {
        Ok(text) => line(&text),
        Err(error) => tracing::error!(%error, "the result cannot be printed"),
    }
}

pub(super) fn runs(runs: &[Run], format: Format) {
    if format.is_json() {
        return json(&runs);
    }
    let mut table = Table::new([
        "run",
        "started",
        "status",
        "scope",
        "objects",
        "inserted",
        "duplicates",
        "rejected",
        "remaining",
        "ms",
        "error",
    ]);
    for run in runs {
        table.row([
            run.run_id.to_string(),
            run.started_at.format("%Y-%m-%d %H:%M:%S").to_string(),
            run.status.clone(),
            run.scope.clone(),
            run.objects.to_string(),
            run.inserted.to_string(),
            run.duplicates.to_string(),
            run.rejected.to_string(),
            run.remaining.to_string(),
            run.duration_ms.to_string(),
            run.error.clone().unwrap_or_default(),
        ]);
    }
    table.print();
}

pub(super) fn rejects(rejects: &[Reject], format: Format) {
    if format.is_json() {
        return json(&rejects);
    }
    let mut table = Table::new(["rejected", "run", "object", "index", "reason", "excerpt"]);
    for reject in rejects {
        table.row([
            reject.rejected_at.format("%Y-%m-%d %H:%M:%S").to_string(),
            reject.run_id.to_string(),
            reject.object_key.clone(),
            match reject.event_index {
                -1 => "all".to_owned(),
                index => index.to_string(),
            },
            reject.reason.clone(),
            reject.excerpt.chars().take(60).collect(),
        ]);
    }
    table.print();
}

pub(super) fn exclusions(exclusions: &[Excluded], format: Format) {
    if format.is_json() {
        return json(&exclusions);
    }
    let mut table = Table::new(["kind", "value", "events", "since", "by", "reason"]);
    for exclusion in exclusions {
        table.row([
            exclusion.kind.clone(),
            exclusion.value.clone(),
            exclusion.events.to_string(),
            exclusion.since.format("%Y-%m-%d %H:%M:%S").to_string(),
            exclusion.excluded_by.clone(),
            exclusion.reason.clone().unwrap_or_default(),
        ]);
    }
    table.print();
}

/// Columns as wide as their widest value, two spaces apart.
pub(super) struct Table<const N: usize> {
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    pub(super) fn new(head: [&str; N]) -> Self {
        Self {
            rows: vec![head.map(str::to_owned)],
        }
    }

    pub(super) fn row(&mut self, values: [String; N]) {
        self.rows.push(values.map(|value| printable(&value)));
    }

    fn print(&self) {
        for text in self.lines() {
            line(&text);
        }
    }

    pub(super) fn lines(&self) -> impl Iterator<Item = String> {
        let widths: [usize; N] = std::array::from_fn(|column| {
            self.rows
                .iter()
                .map(|row| row[column].chars().count())
                .max()
                .unwrap_or(0)
        });
        self.rows.iter().map(move |row| {
            let cells: Vec<String> = row
                .iter()
                .zip(widths)
                .map(|(value, width)| format!("{value:width$}"))
                .collect();
            cells.join("  ").trim_end().to_owned()
        })
    }
}

/// What a terminal shows as it is.
fn printable(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{feff}' => '·',
            c if c.is_control() => '·',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_nothing_escapes() {
        let mut table = Table::new(["key", "reason"]);
        table.row([
            "events/\u{1b}[2Jx".to_owned(),
            "right\u{202e}left".to_owned(),
        ]);
        table.row(["a".to_owned(), "b".to_owned()]);
        let lines: Vec<String> = table.lines().collect();
        assert_eq!(
            lines,
            [
                "key           reason",
                "events/·[2Jx  right·left",
                "a             b"
            ]
        );
    }
}
