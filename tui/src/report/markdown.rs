//! A table for a wiki or a message.

use std::fmt::Write as _;

use super::Sheet;
use super::sheet::Cell;
use crate::text::{self, Align};

/// A line above all.
pub(super) fn title(heading: &str) -> String {
    format!("**{}**\n", escape(heading))
}

/// The heading, the facts, and the rows as a Markdown table.
pub(super) fn write(heading: &str, sheet: &Sheet) -> String {
    let mut out = title(heading);
    out.push('\n');
    for (name, value) in &sheet.facts {
        let _ = writeln!(out, "- {name}: {}", cell(value));
    }
    if !sheet.facts.is_empty() {
        out.push('\n');
    }
    let _ = writeln!(out, "| {} |", sheet.columns.join(" | "));
    let rules = (0..sheet.columns.len()).map(|column| match sheet.align(column) {
        Align::Left => "---",
        Align::Right => "---:",
    });
    let _ = writeln!(out, "| {} |", rules.collect::<Vec<_>>().join(" | "));
    for row in &sheet.rows {
        let cells: Vec<String> = row.iter().map(cell).collect();
        let _ = writeln!(out, "| {} |", cells.join(" | "));
    }
    out
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Text(value) => escape(value),
        other => other.shown(),
    }
}

/// Nothing in a text may end its cell, or become markup or HTML.
fn escape(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for character in text::clean(value).chars() {
        match character {
            '<' => escaped.push_str("&lt;"),
            '&' => escaped.push_str("&amp;"),
            '|' | '\\' | '`' | '*' | '[' | ']' | '!' => {
                escaped.push('\\');
                escaped.push(character);
            }
            plain => escaped.push(plain),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_stays_in_its_cell() {
        assert_eq!(
            escape("a|b\n<img src=x> [x](y) `c`"),
            r"a\|b␊&lt;img src=x> \[x\](y) \`c\`"
        );
    }
}
