//! A line that is being typed.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::pen::Pen;
use crate::app::{LineEdit, State};
use crate::layout;
use crate::text;
use crate::theme::Look;

/// Draws a line into its place, seen at its cursor where it is longer; the
/// terminal's own cursor stands in it if it has the keys.
pub(super) fn render(
    frame: &mut Frame<'_>,
    place: Rect,
    line: &LineEdit,
    has_keys: bool,
    look: &Look,
) {
    let (shown, cursor) = window(line, usize::from(place.width.saturating_sub(1)));
    let style = if has_keys {
        look.theme.strong
    } else {
        Style::new()
    };
    Pen::new(frame, place, look).put(0, 0, place.width, shown, style);
    if has_keys {
        frame.set_cursor_position((place.x + cursor, place.y));
    }
}

/// Draws the line of a search in the place of the footer.
pub(super) fn search(frame: &mut Frame<'_>, line: &LineEdit, state: &State, look: &Look) {
    let area = layout::areas(state).footer;
    let theme = look.theme;
    let mut pen = Pen::new(frame, area, look);
    pen.put(
        0,
        0,
        area.width,
        &" ".repeat(usize::from(area.width)),
        Style::new(),
    );
    let keys = "Enter finds  Esc gives up".to_owned();
    let (keys, style) = match line.problem() {
        Some(problem) => (problem, theme.bad),
        None => (keys, theme.dim),
    };
    let room = u16::try_from(keys.len()).unwrap_or(0) + 2;
    pen.put_right(0, 0, area.width.saturating_sub(1), &keys, style);
    pen.put(1, 0, 2, "/", theme.key);
    let place = Rect {
        x: area.x + 2,
        width: area.width.saturating_sub(room + 3),
        ..area
    };
    render(frame, place, line, true, look);
}

/// The part of a line that fits, and the column of the cursor in it.
fn window(line: &LineEdit, columns: usize) -> (&str, u16) {
    let before = line.before_cursor();
    let mut start = 0;
    while text::width(&before[start..]) > columns {
        start += before[start..].chars().next().map_or(1, char::len_utf8);
    }
    let cursor = u16::try_from(text::width(&before[start..])).unwrap_or(0);
    (&line.text()[start..], cursor)
}
