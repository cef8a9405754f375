//! Answers as rows and columns, under the names that their JSON fields have.

mod all;
mod events;
mod lists;
mod numbers;
mod pipeline;
mod visits;

use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};
use sbw_queries::Zone;

pub(super) use self::all::sections;
use crate::number;
use crate::text::Align;

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Text(String),
    Count(i64),
    /// Shown to one decimal.
    Decimal(f64),
    /// By the clocks of whoever reads it.
    Time(DateTime<FixedOffset>),
    Flag(bool),
    None,
}

/// Rows under column names; what has no rows is said above them.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Sheet {
    pub(super) facts: Vec<(&'static str, Cell)>,
    pub(super) columns: Vec<&'static str>,
    pub(super) rows: Vec<Vec<Cell>>,
}

impl From<DateTime<Utc>> for Cell {
    fn from(time: DateTime<Utc>) -> Self {
        Self::Time(time.into())
    }
}

impl Sheet {
    /// The same with its times as the clocks of a zone show them.
    pub(super) fn by_the_clocks_of(mut self, zone: &Zone) -> Self {
        let facts = self.facts.iter_mut().map(|(_, cell)| cell);
        for cell in facts.chain(self.rows.iter_mut().flatten()) {
            if let Cell::Time(time) = cell {
                *time = zone.at(time.to_utc());
            }
        }
        self
    }
}

/// An answer that can be laid out.
pub(super) trait ToSheet {
    fn to_sheet(&self) -> Sheet;
}

impl Cell {
    /// For a person.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Count(count) => number::count(*count),
            Self::Decimal(decimal) => format!("{decimal:.1}"),
            Self::Time(time) if time.offset().local_minus_utc() == 0 => {
                time.format("%Y-%m-%d %H:%M:%SZ").to_string()
            }
            Self::Time(time) => time.format("%Y-%m-%d %H:%M:%S%:z").to_string(),
            Self::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
            Self::Text(text) => text.clone(),
            Self::None => String::new(),
        }
    }

    /// For a program: no thousands separators, RFC 3339.
    pub(super) fn plain(&self) -> String {
        match self {
            Self::Count(count) => count.to_string(),
            Self::Decimal(decimal) => format!("{decimal:.1}"),
            Self::Time(time) => time.to_rfc3339_opts(SecondsFormat::AutoSi, true),
            Self::Flag(flag) => flag.to_string(),
            Self::Text(text) => text.clone(),
            Self::None => String::new(),
        }
    }

    fn align(&self) -> Option<Align> {
        match self {
            Self::Count(_) | Self::Decimal(_) => Some(Align::Right),
            Self::Text(_) | Self::Time(_) | Self::Flag(_) => Some(Align::Left),
            Self::None => None,
        }
    }
}

impl Sheet {
    /// On which side a column stands: numbers at the right.
    pub(super) fn align(&self, column: usize) -> Align {
        let mut cells = self.rows.iter().filter_map(|row| row.get(column)?.align());
        cells.next().unwrap_or(Align::Left)
    }
}

fn text(value: &str) -> Cell {
    Cell::Text(value.to_owned())
}

fn maybe(value: Option<&String>) -> Cell {
    value.map_or(Cell::None, |value| text(value))
}

fn count(value: Option<i64>) -> Cell {
    value.map_or(Cell::None, Cell::Count)
}
