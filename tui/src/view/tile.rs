//! A number with its name above it and what became of it below.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::pen::Pen;
use crate::number::{self, Change};
use crate::theme::Theme;

/// Rows of a tile.
pub(super) const ROWS: u16 = 3;

/// One tile.
pub(super) struct Tile {
    pub(super) name: &'static str,
    pub(super) value: Value,
    pub(super) below: Below,
}

/// The number.
pub(super) enum Value {
    Count(i64),
    Money(i64),
    Percent(f64),
    Words(String),
}

/// What is under it.
pub(super) enum Below {
    /// A move in percent, and whether more of it is better, if either is.
    Percent(Change, Option<Better>),
    /// A move in percentage points.
    Points(Change, Option<Better>),
    /// A remark.
    Words(String, Tone),
    /// Nothing to say.
    Nothing,
}

/// Which way is good.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Better {
    More,
    Less,
}

/// How a remark is meant.
#[derive(Clone, Copy)]
pub(super) enum Tone {
    Plain,
    Good,
    Bad,
    Wait,
}

impl Tone {
    pub(super) fn style(self, theme: &Theme) -> Style {
        match self {
            Self::Plain => theme.dim,
            Self::Good => theme.good,
            Self::Bad => theme.bad,
            Self::Wait => theme.warn,
        }
    }
}

/// Draws tiles side by side, `across` in a row, as many rows as there is room for.
pub(super) fn render(pen: &mut Pen<'_>, tiles: &[Tile], across: u16) {
    let area = pen.area();
    let wide = area.width / across.max(1);
    for (index, tile) in tiles.iter().enumerate() {
        let index = u16::try_from(index).unwrap_or(u16::MAX);
        let (row, column) = (index / across, index % across);
        let top = row.saturating_mul(ROWS + 1);
        if top + ROWS > area.height {
            return;
        }
        let place = Rect::new(
            area.x + column * wide,
            area.y + top,
            wide.saturating_sub(2),
            ROWS,
        );
        one(&mut pen.within(place), tile);
    }
}

fn one(pen: &mut Pen<'_>, tile: &Tile) {
    let theme = pen.look.theme;
    let glyphs = pen.look.glyphs;
    let columns = pen.area().width;
    let room = usize::from(columns);
    pen.put(0, 0, columns, tile.name, theme.dim);
    let value = match &tile.value {
        Value::Count(count) => number::count_within(*count, room),
        Value::Money(money) => number::money_within(*money, glyphs.currency, room),
        Value::Percent(percent) => number::percent(*percent),
        Value::Words(words) => words.clone(),
    };
    pen.put(0, 1, columns, &value, theme.strong);
    match &tile.below {
        Below::Percent(change, better) => moved(pen, *change, *better, "%"),
        Below::Points(change, better) => moved(pen, *change, *better, " pt"),
        Below::Nothing => {}
        Below::Words(words, tone) => {
            pen.put(0, 2, columns, words, tone.style(&theme));
        }
    }
}

fn moved(pen: &mut Pen<'_>, change: Change, better: Option<Better>, unit: &str) {
    let (theme, glyphs, columns) = (pen.look.theme, pen.look.glyphs, pen.area().width);
    let judged = |grew: bool| match better {
        Some(better) if (better == Better::More) == grew => theme.good,
        Some(_) => theme.bad,
        None => theme.dim,
    };
    let by = |amount: f64| {
        if amount >= 1_000.0 {
            format!(" >999{unit}")
        } else {
            format!(" {amount:.1}{unit}")
        }
    };
    let (text, style) = match change {
        Change::Up(amount) => (format!("{}{}", glyphs.up, by(amount)), judged(true)),
        Change::Down(amount) => (format!("{}{}", glyphs.down, by(amount)), judged(false)),
        Change::Same => (format!("{} same", glyphs.same), theme.dim),
        Change::Unknown => ("none before".to_owned(), theme.dim),
    };
    pen.put(0, 2, columns, &text, style);
}
