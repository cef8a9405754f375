//! A table for people: aligned by what is measured, not by what is counted.

use super::Sheet;
use super::sheet::Cell;
use crate::text;

/// No column is wider than this; a name of ten thousand letters is cut.
const WIDEST: usize = 60;

/// A line above all.
pub(super) fn title(heading: &str) -> String {
    format!("{}\n", text::clean(heading))
}

/// The heading, the facts, and the rows.
pub(super) fn write(heading: &str, sheet: &Sheet) -> String {
    let mut out = title(heading);
    out.push('\n');
    let widest = sheet
        .facts
        .iter()
        .map(|(name, _)| name.len())
        .max()
        .unwrap_or(0);
    for (name, value) in &sheet.facts {
        let value = text::cut(&value.shown(), WIDEST, '…');
        line(&mut out, &format!("{name:widest$}  {value}"));
    }
    if !sheet.facts.is_empty() {
        out.push('\n');
    }
    let rows: Vec<Vec<String>> = sheet
        .rows
        .iter()
        .map(|row| {
            row.iter()
                .map(|cell| text::cut(&Cell::shown(cell), WIDEST, '…'))
                .collect()
        })
        .collect();
    let widths: Vec<usize> = sheet
        .columns
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let cells = rows
                .iter()
                .filter_map(|row| row.get(at))
                .map(|cell| text::width(cell));
            cells.max().unwrap_or(0).max(name.len())
        })
        .collect();
    let aligned = |cells: &[&str]| {
        let cells = cells.iter().zip(&widths).enumerate();
        let cells: Vec<String> = cells
            .map(|(at, (cell, width))| text::fit(cell, *width, sheet.align(at), '…'))
            .collect();
        cells.join("  ")
    };
    line(&mut out, &aligned(&sheet.columns));
    line(
        &mut out,
        &widths
            .iter()
            .map(|width| "─".repeat(*width))
            .collect::<Vec<_>>()
            .join("  "),
    );
    for row in &rows {
        let cells: Vec<&str> = row.iter().map(String::as_str).collect();
        line(&mut out, &aligned(&cells));
    }
    if rows.is_empty() {
        line(&mut out, "(none)");
    }
    out
}

fn line(out: &mut String, line: &str) {
    out.push_str(line.trim_end());
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stay_aligned_whatever_is_in_them() {
        let text = |value: &str| Cell::Text(value.to_owned());
        let sheet = Sheet {
            facts: Vec::new(),
            columns: vec!["name", "events"],
            rows: vec![
                vec![text("Bàn phím"), Cell::Count(1_234)],
                vec![text("漢字\u{202e}"), Cell::Count(5)],
                vec![text(&"x".repeat(10_000)), Cell::Count(67)],
            ],
        };
        let written = write("events", &sheet);
        let widths: Vec<usize> = written.lines().skip(2).map(text::width).collect();
        assert_eq!(widths, [68; 5], "{written}");
        assert_eq!(text::Align::Right, sheet.align(1));
    }
}
