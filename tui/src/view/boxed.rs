//! A box over the screen.

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::widgets::{Clear, Widget};

use super::pen::Pen;
use crate::theme::Look;

/// Clears a box, draws its frame and title; returns the inside.
pub(super) fn open(frame: &mut Frame<'_>, area: Rect, title: &str, look: &Look) -> Rect {
    let area = area.intersection(frame.area());
    Clear.render(area, frame.buffer_mut());
    let (theme, glyphs) = (look.theme, look.glyphs);
    let [top_left, top_right, bottom_left, bottom_right] = glyphs.corners;
    let (right, bottom) = (area.width.saturating_sub(1), area.height.saturating_sub(1));
    let mut pen = Pen::new(frame, area, look);
    for x in 1..right {
        pen.put(x, 0, 1, glyphs.line, theme.rest);
        pen.put(x, bottom, 1, glyphs.line, theme.rest);
    }
    for y in 1..bottom {
        pen.put(0, y, 1, glyphs.upright, theme.rest);
        pen.put(right, y, 1, glyphs.upright, theme.rest);
    }
    pen.put(0, 0, 1, top_left, theme.rest);
    pen.put(right, 0, 1, top_right, theme.rest);
    pen.put(0, bottom, 1, bottom_left, theme.rest);
    pen.put(right, bottom, 1, bottom_right, theme.rest);
    pen.put_all(
        2,
        0,
        right.saturating_sub(3),
        &[(" ", theme.title), (title, theme.title), (" ", theme.title)],
    );
    area.inner(Margin::new(2, 1))
}
