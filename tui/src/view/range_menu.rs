//! Choosing a range of time, or typing one.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{boxed, line, pen::Pen};
use crate::app::{LineEdit, State};
use crate::layout;
use crate::period::{self, PRESETS};
use crate::text;
use crate::theme::Look;

/// Draws the menu with the cursor on `row`.
pub(super) fn render(frame: &mut Frame<'_>, row: usize, state: &State, look: &Look) {
    let rows = u16::try_from(PRESETS.len() + 3).unwrap_or(u16::MAX);
    let inside = boxed::open(
        frame,
        layout::centred(state.size, 58, rows),
        &title(state),
        look,
    );
    let mut pen = Pen::new(frame, inside, look);
    let (theme, glyphs) = (look.theme, look.glyphs);
    let mut line = |y: u16, name: &str, dates: &str| {
        let chosen = usize::from(y) == row;
        if chosen {
            pen.style_row(y, theme.selected);
            pen.put(0, y, 1, glyphs.cursor, theme.series);
        }
        let quiet = if chosen { Style::new() } else { theme.dim };
        pen.put(2, y, 14, name, Style::new());
        pen.put(16, y, inside.width.saturating_sub(17), dates, quiet);
    };
    let zone = &state.place.zone;
    for (preset, y) in PRESETS.iter().zip(0..) {
        line(
            y,
            &preset.words(zone),
            &period::dates(preset.resolve(state.server_now(), zone), zone),
        );
    }
    line(rows - 3, "custom", "type one: 36h, 2025-12-01, from..to");
}

fn title(state: &State) -> String {
    format!("Range, by the clocks of {}", state.place.zone)
}

/// Draws the line in which a range is typed.
pub(super) fn render_line(
    frame: &mut Frame<'_>,
    line: &LineEdit,
    problem: Option<&str>,
    state: &State,
    look: &Look,
) {
    let inside = boxed::open(
        frame,
        layout::centred(state.size, 72, 9),
        &title(state),
        look,
    );
    let theme = look.theme;
    let columns = usize::from(inside.width);
    let mut pen = Pen::new(frame, inside, look);
    pen.put(
        0,
        0,
        inside.width,
        "A length up to now (90m, 36h, 7d, 4w), a day (2025-12-01), or",
        theme.dim,
    );
    pen.put(
        0,
        1,
        inside.width,
        "from..to, where to is not part of it (2025-12-01T08:00..2025-12-03).",
        theme.dim,
    );
    pen.put(0, 3, 2, "> ", theme.key);
    for (words, y) in text::wrap(problem.unwrap_or_default(), columns)
        .iter()
        .zip(5..7)
    {
        pen.put(0, y, inside.width, words, theme.bad);
    }
    let place = Rect {
        x: inside.x + 2,
        y: inside.y + 3,
        width: inside.width.saturating_sub(2),
        height: 1,
    };
    line::render(frame, place, line, true, look);
}
