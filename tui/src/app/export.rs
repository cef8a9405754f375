//! What is on the screen, for other programs.

use super::state::State;
use crate::args::Format;
use crate::report::screen::{self, Piece};

/// How a screen is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExportFormat {
    /// For spreadsheets, formulas defused.
    Csv,
    /// For programs.
    Json,
}

/// A file to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// What it is called; no folder.
    pub name: String,
    /// What is in it.
    pub text: String,
}

impl ExportFormat {
    /// In the order of the menu.
    pub const ALL: [Self; 2] = [Self::Csv, Self::Json];

    const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }
}

/// The open screen as a file, named after the view and the time of its answer.
/// None when there is nothing on it yet.
pub(super) fn export(state: &State, format: ExportFormat) -> Option<Result<Export, String>> {
    let pieces = screen::pieces(state);
    if pieces.is_empty() {
        return None;
    }
    let written = screen::write(
        &pieces,
        match format {
            ExportFormat::Csv => Format::Csv,
            ExportFormat::Json => Format::Json,
        },
    );
    let name = format!(
        "sbw-{}-{}.{}",
        state.place.view.slug(),
        state.place.zone.at(state.now).format("%Y%m%d-%H%M%S"),
        format.extension()
    );
    Some(match written {
        Ok(text) => Ok(Export {
            name,
            text: match format {
                ExportFormat::Csv => for_spreadsheets(&text),
                ExportFormat::Json => text,
            },
        }),
        Err(error) => Err(error.to_string()),
    })
}

/// Excel takes a file for the system's old character set, unless it begins with a
/// byte order mark. No value has a line break in it.
fn for_spreadsheets(csv: &str) -> String {
    format!("\u{feff}{}", csv.replace('\n', "\r\n"))
}

/// The row under the cursor, its values between tabs, under no head.
pub(super) fn row_text(state: &State) -> Option<String> {
    let (piece, row) = row(state)?;
    piece.row_text(row)
}

/// The name of the row under the cursor: of a product, a session, an event.
pub(super) fn name_text(state: &State) -> Option<String> {
    let (piece, row) = row(state)?;
    piece.name_text(row)
}

/// The list that the cursor is in, and the row.
fn row(state: &State) -> Option<(Piece, usize)> {
    use super::view::View;
    let place = &state.place;
    let row = match place.view {
        View::Events => place.events.cursor(),
        View::Sessions | View::StepSessions => place.sessions.cursor(),
        _ => place.table()?.row(),
    };
    let mut row = row;
    for piece in screen::pieces(state) {
        if !piece.has_cursor {
            continue;
        }
        if row < piece.rows() {
            return Some((piece, row));
        }
        row -= piece.rows();
    }
    None
}
