//! Rows under column heads: widths, sides, the cursor, the mark of the order.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use ratatui::style::Style;
use sbw_queries::Zone;

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

/// A time of a row, as the clocks of a zone show it.
pub(super) struct Time<R> {
    pub(super) of: fn(&R) -> DateTime<Utc>,
    /// In so many columns.
    pub(super) format: fn(u16) -> &'static str,
    pub(super) zone: Zone,
}

/// What is in a column.
pub(super) enum Value<R> {
    Shown(Show<R>),
    Time(Time<R>),
}

/// A column.
pub(super) struct Column<R> {
    pub(super) title: Cow<'static, str>,
    pub(super) width: Width,
    pub(super) align: Align,
    /// What it is sorted by.
    pub(super) sort: Option<app::Column>,
    pub(super) value: Value<R>,
}

impl<R> Column<R> {
    pub(super) fn text(title: &'static str, width: Width, show: Show<R>) -> Self {
        Self {
            title: title.into(),
            width,
            align: Align::Left,
            sort: None,
            value: Value::Shown(show),
        }
    }

    pub(super) fn number(title: &'static str, columns: u16, show: Show<R>) -> Self {
        Self {
            width: Width::Fixed(columns),
            align: Align::Right,
            ..Self::text(title, Width::Fixed(columns), show)
        }
    }

    /// A column of times; the first and the last of them say how far from UTC they are.
    pub(super) fn time(title: &str, columns: u16, ends: Option<(&R, &R)>, time: Time<R>) -> Self {
        let offsets = ends.map_or_else(String::new, |(first, last)| {
            time.zone.offsets((time.of)(first), (time.of)(last))
        });
        Self {
            title: time_head(title, offsets, columns).into(),
            width: Width::Fixed(columns),
            align: Align::Left,
            sort: None,
            value: Value::Time(time),
        }
    }

    fn show(&self, row: &R, width: u16, look: &Look) -> (String, Style) {
        match &self.value {
            Value::Shown(show) => show(row, width, look),
            Value::Time(Time { of, format, zone }) => {
                let time = zone.at(of(row)).format(format(width));
                (time.to_string(), look.theme.dim)
            }
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

/// The head of a column of times: what they are, as far as there is room for it,
/// and how far from UTC.
pub(super) fn time_head(words: &str, offsets: String, columns: u16) -> String {
    if offsets.is_empty() {
        return words.to_owned();
    }
    let long = format!("{words}, {offsets}");
    if long.len() <= usize::from(columns) {
        long
    } else {
        offsets
    }
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
            None => (column.title.clone().into_owned(), theme.dim),
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
        let (shown, style) = column.show(row, *width, pen.look);
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
