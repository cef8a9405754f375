//! Rows under column heads: widths, sides, the cursor, the mark of the order.

use ratatui::style::Style;

use super::{bar, pen::Pen};
use crate::app;
use crate::number::{self, Change};
use crate::text::Align;
use crate::theme::Look;

/// How wide a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Width {
    /// So many columns.
    Fixed(u16),
    /// At least so many, and what is left up to so many.
    Fill(u16, u16),
}

/// What a column shows of a row, in so many columns.
pub(super) type Show<R> = fn(&R, u16, &Look) -> (String, Style);

/// A column.
pub(super) struct Column<R> {
    pub(super) title: &'static str,
    pub(super) width: Width,
    pub(super) align: Align,
    /// What it is sorted by.
    pub(super) sort: Option<app::Column>,
    pub(super) show: Show<R>,
}

impl<R> Column<R> {
    pub(super) fn text(title: &'static str, width: Width, show: Show<R>) -> Self {
        Self {
            title,
            width,
            align: Align::Left,
            sort: None,
            show,
        }
    }

    pub(super) fn number(title: &'static str, columns: u16, show: Show<R>) -> Self {
        Self {
            title,
            width: Width::Fixed(columns),
            align: Align::Right,
            sort: None,
            show,
        }
    }

    pub(super) fn by(mut self, column: app::Column) -> Self {
        self.sort = Some(column);
        self
    }
}

/// Where each column is: its start and its width, from the left edge.
pub(super) fn places<R>(columns: &[Column<R>], width: u16) -> Vec<(u16, u16)> {
    let gaps = u16::try_from(columns.len()).unwrap_or(0) + 1;
    let least: u16 = columns
        .iter()
        .map(|column| match column.width {
            Width::Fixed(columns) | Width::Fill(columns, _) => columns,
        })
        .sum();
    let mut spare = width.saturating_sub(least + gaps);
    let mut x = 1;
    let mut places = Vec::with_capacity(columns.len());
    for column in columns {
        let columns = match column.width {
            Width::Fixed(columns) => columns,
            Width::Fill(least, most) => {
                let more = spare.min(most.saturating_sub(least));
                spare -= more;
                least + more
            }
        };
        places.push((x, columns));
        x += columns + 1;
    }
    places
}

/// The heads, on the first line of the pen.
pub(super) fn heads<R>(
    pen: &mut Pen<'_>,
    columns: &[Column<R>],
    places: &[(u16, u16)],
    sorted: Option<(app::Column, bool)>,
) {
    let (theme, glyphs) = (pen.look.theme, pen.look.glyphs);
    for (column, (x, width)) in columns.iter().zip(places) {
        let mark = sorted.filter(|(by, _)| column.sort == Some(*by));
        let (title, style) = match mark {
            Some((_, reversed)) => (
                format!("{}{}", column.title, glyphs.sorted[usize::from(reversed)]),
                theme.title,
            ),
            None => (column.title.to_owned(), theme.dim),
        };
        match column.align {
            Align::Left => {
                pen.put(*x, 0, *width, &title, style);
            }
            Align::Right => pen.put_right(*x, 0, *width, &title, style),
        }
    }
}

/// One row, on line `y` of the pen.
pub(super) fn row<R>(
    pen: &mut Pen<'_>,
    y: u16,
    columns: &[Column<R>],
    places: &[(u16, u16)],
    row: &R,
    chosen: bool,
) {
    let (theme, glyphs) = (pen.look.theme, pen.look.glyphs);
    if chosen {
        pen.style_row(y, theme.selected);
        pen.put(0, y, 1, glyphs.cursor, theme.series);
    }
    for (column, (x, width)) in columns.iter().zip(places) {
        let (shown, style) = (column.show)(row, *width, pen.look);
        // What is dim would be hard to read under the cursor.
        let style = if chosen && style == theme.dim {
            Style::new()
        } else {
            style
        };
        match column.align {
            Align::Left => {
                pen.put(*x, y, *width, &shown, style);
            }
            Align::Right => pen.put_right(*x, y, *width, &shown, style),
        }
    }
}

/// A count; nothing is dim.
pub(super) fn count(value: i64, width: u16, look: &Look) -> (String, Style) {
    let style = if value == 0 {
        look.theme.dim
    } else {
        Style::new()
    };
    (number::count_within(value, usize::from(width)), style)
}

/// Money; nothing is dim.
pub(super) fn money(value: i64, width: u16, look: &Look) -> (String, Style) {
    let style = if value == 0 {
        look.theme.dim
    } else {
        Style::new()
    };
    let shown = number::money_within(value, look.glyphs.currency, usize::from(width));
    (shown, style)
}

/// A rate.
pub(super) fn percent(value: f64, look: &Look) -> (String, Style) {
    let style = if value == 0.0 {
        look.theme.dim
    } else {
        Style::new()
    };
    (number::percent(value), style)
}

/// A bar of `part` in `whole`.
pub(super) fn bar(part: f64, whole: f64, width: u16, look: &Look) -> (String, Style) {
    (
        bar::lying(part, whole, width, &look.glyphs),
        look.theme.series,
    )
}

/// A move, more being better.
pub(super) fn change(change: Change, look: &Look) -> (String, Style) {
    let (glyphs, theme) = (look.glyphs, look.theme);
    let by = |amount: f64| {
        if amount >= 1_000.0 {
            ">999%".to_owned()
        } else {
            format!("{amount:.1}%")
        }
    };
    match change {
        Change::Up(amount) => (format!("{} {}", glyphs.up, by(amount)), theme.good),
        Change::Down(amount) => (format!("{} {}", glyphs.down, by(amount)), theme.bad),
        Change::Same => (glyphs.same.to_owned(), theme.dim),
        Change::Unknown => ("new".to_owned(), theme.dim),
    }
}
