//! Boxes to choose and to type in: filters, exports, columns, the palette.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{boxed, line, pen::Pen};
use crate::app::{ALL_EVENT_COLUMNS, ExportFormat, FilterField, LineEdit, State, palette_entries};
use crate::layout;
use crate::theme::Look;

/// Columns of the names of filters.
const NAMES: u16 = 10;

/// The editor of filters: a line for each, and words that answers have shown.
pub(super) fn filters(
    frame: &mut Frame<'_>,
    row: usize,
    lines: &[LineEdit; 5],
    state: &State,
    look: &Look,
) {
    let area = layout::centred(state.size, 72, 18);
    let inside = boxed::open(frame, area, "Keep only events of", look);
    let theme = look.theme;
    for ((field, line), y) in FilterField::ALL.into_iter().zip(lines).zip(0_u16..) {
        let here = usize::from(y) == row;
        let mut pen = Pen::new(frame, inside, look);
        if here {
            pen.style_row(y, theme.selected);
            pen.put(0, y, 1, look.glyphs.cursor, theme.series);
        }
        pen.put(
            2,
            y,
            NAMES,
            field.name(),
            if here { theme.strong } else { theme.dim },
        );
        if !here && line.text().is_empty() {
            pen.put(2 + NAMES, y, 20, "any", theme.dim);
        }
        let place = Rect {
            x: inside.x + 2 + NAMES,
            y: inside.y + y,
            width: inside.width.saturating_sub(3 + NAMES),
            height: 1,
        };
        line::render(frame, place, line, here, look);
    }
    let mut pen = Pen::new(frame, inside, look);
    let Some((field, line)) = FilterField::ALL.get(row).zip(lines.get(row)) else {
        return;
    };
    let offers = field.offers(&state.answers, line.text());
    let about = if offers.is_empty() {
        "Not seen in any answer so far; it is compared just as typed.".to_owned()
    } else {
        format!("Known words for {}; Tab takes the first:", field.name())
    };
    pen.put(0, 6, inside.width, &about, theme.dim);
    for ((word, more), y) in offers.iter().zip(7..) {
        let used = pen.put(2, y, inside.width.saturating_sub(2), word, Style::new());
        let room = inside.width.saturating_sub(used + 5);
        pen.put(used + 4, y, room, more, theme.dim);
    }
    let keys = "Enter keeps these, an empty line keeps all. Esc changes nothing.";
    pen.put(0, 14, inside.width, keys, theme.dim);
}

/// How to export.
pub(super) fn export(frame: &mut Frame<'_>, row: usize, state: &State, look: &Look) {
    let words = |format: ExportFormat| match format {
        ExportFormat::Csv => ("CSV", "for spreadsheets; formulas are defused"),
        ExportFormat::Json => ("JSON", "for programs; as `sbw-tui report` prints it"),
    };
    let rows = ExportFormat::ALL.map(words).to_vec();
    menu(
        frame,
        "Export this view to a file here",
        &rows,
        row,
        (62, 4),
        state,
        look,
    );
}

/// Which columns of events to show.
pub(super) fn columns(frame: &mut Frame<'_>, row: usize, state: &State, look: &Look) {
    let chosen = &state.event_columns;
    let rows: Vec<_> = ALL_EVENT_COLUMNS
        .iter()
        .map(|column| {
            let mark = if chosen.contains(column) { "shown" } else { "" };
            (column.title(), mark)
        })
        .collect();
    let title = "Columns; none chosen: those that fit";
    menu(frame, title, &rows, row, (48, 18), state, look);
}

fn menu(
    frame: &mut Frame<'_>,
    title: &str,
    rows: &[(&str, &str)],
    row: usize,
    (columns, lines): (u16, u16),
    state: &State,
    look: &Look,
) {
    let area = layout::centred(state.size, columns, lines);
    let inside = boxed::open(frame, area, title, look);
    let mut pen = Pen::new(frame, inside, look);
    let theme = look.theme;
    for ((name, words), y) in rows.iter().zip(0_u16..) {
        if usize::from(y) == row {
            pen.style_row(y, theme.selected);
            pen.put(0, y, 1, look.glyphs.cursor, theme.series);
        }
        pen.put(2, y, 14, name, Style::new());
        pen.put(16, y, inside.width.saturating_sub(16), words, theme.dim);
    }
}

/// All that can be done, narrowed down by what is typed.
pub(super) fn palette(
    frame: &mut Frame<'_>,
    typed: &LineEdit,
    row: usize,
    state: &State,
    look: &Look,
) {
    let height = state.size.height.saturating_sub(4).min(30);
    let area = layout::centred(state.size, 78, height);
    let inside = boxed::open(frame, area, "Commands", look);
    let (theme, glyphs) = (look.theme, look.glyphs);
    let entries = palette_entries(state, typed.text());
    let mut pen = Pen::new(frame, inside, look);
    pen.put(0, 0, 2, ": ", theme.key);
    let room = usize::from(inside.height.saturating_sub(2)).max(1);
    let first = (row + 1).saturating_sub(room);
    let shown = entries.iter().enumerate().skip(first).take(room);
    for ((at, entry), y) in shown.zip(2..) {
        if at == row {
            pen.style_row(y, theme.selected);
            pen.put(0, y, 1, glyphs.cursor, theme.series);
        }
        let words = inside.width.saturating_sub(20);
        pen.put(2, y, words, &entry.words, Style::new());
        pen.put_right(
            inside.width.saturating_sub(17),
            y,
            17,
            &entry.keys,
            theme.key,
        );
    }
    if entries.is_empty() {
        pen.put(2, 2, inside.width, "Nothing is called that.", theme.dim);
    }
    let place = Rect {
        x: inside.x + 2,
        width: inside.width.saturating_sub(2),
        height: 1,
        ..inside
    };
    line::render(frame, place, typed, true, look);
}
