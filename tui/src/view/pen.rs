//! The only way text gets onto the screen: cleaned, cut to its room, placed.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::text;
use crate::theme::Look;

/// Writes into an area of a frame and never beside it.
pub(super) struct Pen<'a> {
    buffer: &'a mut Buffer,
    area: Rect,
    /// Styles and symbols to write with.
    pub(super) look: &'a Look,
}

impl<'a> Pen<'a> {
    pub(super) fn new(frame: &'a mut Frame<'_>, area: Rect, look: &'a Look) -> Self {
        let buffer = frame.buffer_mut();
        let area = area.intersection(buffer.area);
        Self { buffer, area, look }
    }

    /// A pen for a part of the area, in the frame's coordinates.
    pub(super) fn within(&mut self, area: Rect) -> Pen<'_> {
        Pen {
            area: area.intersection(self.area),
            buffer: self.buffer,
            look: self.look,
        }
    }

    pub(super) fn area(&self) -> Rect {
        self.area
    }

    pub(super) fn buffer(&mut self) -> &mut Buffer {
        self.buffer
    }

    /// Writes at most `columns` columns at a place inside the area, counted from
    /// its top left; returns how many were taken.
    pub(super) fn put(&mut self, x: u16, y: u16, columns: u16, text: &str, style: Style) -> u16 {
        let columns = columns.min(self.area.width.saturating_sub(x));
        if y >= self.area.height || columns == 0 {
            return 0;
        }
        let shown = text::cut(text, usize::from(columns), self.look.glyphs.ellipsis);
        let (x, y) = (self.area.x + x, self.area.y + y);
        let (end, _) = self
            .buffer
            .set_stringn(x, y, shown, usize::from(columns), style);
        end - x
    }

    /// The same, ending at the right edge of the columns.
    pub(super) fn put_right(&mut self, x: u16, y: u16, columns: u16, text: &str, style: Style) {
        let columns = columns.min(self.area.width.saturating_sub(x));
        let shown = text::cut(text, usize::from(columns), self.look.glyphs.ellipsis);
        let used = u16::try_from(text::width(&shown)).unwrap_or(columns);
        self.put(x + columns.saturating_sub(used), y, used, &shown, style);
    }

    /// The same, in the middle of the columns.
    pub(super) fn put_centred(&mut self, x: u16, y: u16, columns: u16, text: &str, style: Style) {
        let shown = text::cut(text, usize::from(columns), self.look.glyphs.ellipsis);
        let used = u16::try_from(text::width(&shown)).unwrap_or(columns);
        self.put(x + columns.saturating_sub(used) / 2, y, used, &shown, style);
    }

    /// Writes pieces one after the other; returns how many columns they took.
    pub(super) fn put_all(
        &mut self,
        x: u16,
        y: u16,
        columns: u16,
        pieces: &[(&str, Style)],
    ) -> u16 {
        let mut used = 0;
        for (piece, style) in pieces {
            used += self.put(x + used, y, columns.saturating_sub(used), piece, *style);
        }
        used
    }

    /// Puts a style over a whole row of the area.
    pub(super) fn style_row(&mut self, y: u16, style: Style) {
        if y < self.area.height {
            let row = Rect {
                y: self.area.y + y,
                height: 1,
                ..self.area
            };
            self.buffer.set_style(row, style);
        }
    }

    /// Writes one line in the middle of the area, where there is nothing else.
    pub(super) fn say(&mut self, text: &str) {
        let (width, height) = (self.area.width, self.area.height);
        let style = self.look.theme.dim;
        self.put_centred(0, height / 3, width, text, style);
    }
}
