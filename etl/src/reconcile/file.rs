//! The shop's side, from a file that it exported: CSV with a head, or a JSON
//! object on each line. Both name `order_id`, `ordered_at` and `total`, in any
//! order; what else there is, is not read.
//!
//! The file is read once, so that it may come from a pipe, by a thread of its own.

use std::{
    collections::{HashMap, hash_map::Entry},
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
};

use chrono::{DateTime, Utc};
use sbw_queries::range::{TimeRange, parse_instant};
use serde::Deserialize;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{BATCH, Found, ReconcileError, Shop, ShopOrder};
use crate::rules;

/// The fields that a file must name.
const FIELDS: [&str; 3] = ["order_id", "ordered_at", "total"];

/// A file of all orders of the shop, or of those around the range.
pub struct Export {
    pub(super) name: String,
    reader: Box<dyn Read + Send>,
}

/// A file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the fields are told by their names")]
pub enum FileError {
    /// It cannot be opened or read.
    #[error("cannot read {name}: {source}")]
    Unreadable { name: String, source: io::Error },
    /// A line that is no order. Nothing is compared then: an order that was skipped would count as extra.
    #[error("{name}, line {line}: {problem}")]
    Line {
        name: String,
        line: u64,
        problem: String,
    },
    /// The thread that reads it ended.
    #[error("reading {name} ended early; try again")]
    EndedEarly { name: String },
}

impl Export {
    /// The file with this path; `-` is standard input.
    pub fn open(path: &Path) -> Result<Self, FileError> {
        if path.as_os_str() == "-" {
            return Ok(Self::new("standard input", io::stdin()));
        }
        let name = path.display().to_string();
        match File::open(path) {
            Ok(file) => Ok(Self::new(name, file)),
            Err(source) => Err(FileError::Unreadable { name, source }),
        }
    }

    /// What a reader gives, under this name.
    pub fn new(name: impl Into<String>, reader: impl Read + Send + 'static) -> Self {
        Self {
            name: name.into(),
            reader: Box::new(reader),
        }
    }
}

/// Whether each order of the file is in the range, by a digest of its id.
type Known = HashMap<Uuid, bool>;

/// What the reading thread hands on.
enum Part {
    Orders(Vec<ShopOrder>),
    End(Known),
}

/// The orders of a file, as a thread reads them.
pub(super) struct FileShop {
    name: String,
    parts: mpsc::Receiver<Result<Part, FileError>>,
    known: Known,
}

impl FileShop {
    /// Begins to read.
    pub(super) fn read(export: Export, range: TimeRange) -> Self {
        let name = export.name.clone();
        let (sender, parts) = mpsc::channel(1);
        tokio::task::spawn_blocking(move || {
            let mut known = Known::new();
            let end = hand_on(export, range, &mut known, |orders| {
                sender.blocking_send(Ok(Part::Orders(orders))).is_ok()
            });
            // Nobody waits for it after an error on the other side.
            let _ = sender.blocking_send(end.map(|()| Part::End(known)));
        });
        Self {
            name,
            parts,
            known: Known::new(),
        }
    }
}

impl Shop for FileShop {
    async fn next_batch(&mut self) -> Result<Vec<ShopOrder>, ReconcileError> {
        match self.parts.recv().await {
            Some(Ok(Part::Orders(orders))) => Ok(orders),
            Some(Ok(Part::End(known))) => {
                self.known = known;
                Ok(Vec::new())
            }
            Some(Err(error)) => Err(error.into()),
            None => Err(FileError::EndedEarly {
                name: self.name.clone(),
            }
            .into()),
        }
    }

    async fn find(&mut self, order_ids: &[&str]) -> Result<Vec<Found>, ReconcileError> {
        let place = |id: &&str| match self.known.get(&digest(id)) {
            None => Found::Nowhere,
            Some(true) => Found::InRange,
            Some(false) => Found::OutsideRange,
        };
        Ok(order_ids.iter().map(place).collect())
    }
}

/// Stands for an id of any length.
fn digest(order_id: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, order_id.as_bytes())
}

/// Reads all orders, and hands on those of the range while the receiver takes them.
fn hand_on(
    export: Export,
    range: TimeRange,
    known: &mut Known,
    mut send: impl FnMut(Vec<ShopOrder>) -> bool,
) -> Result<(), FileError> {
    let Export { name, reader } = export;
    let mut orders = Vec::new();
    for row in rows(&name, reader)? {
        let (line, order) = row?;
        let in_range = range.from() <= order.ordered_at && order.ordered_at < range.to();
        match known.entry(digest(&order.order_id)) {
            Entry::Vacant(place) => place.insert(in_range),
            Entry::Occupied(_) => {
                let id = order.order_id;
                let problem = format!("order {id:?} is there twice; export a line for each order");
                return Err(FileError::Line {
                    name: name.clone(),
                    line,
                    problem,
                });
            }
        };
        if in_range {
            orders.push(order);
        }
        if orders.len() == usize::from(BATCH) && !send(std::mem::take(&mut orders)) {
            return Ok(());
        }
    }
    if !orders.is_empty() {
        send(orders);
    }
    Ok(())
}

type Row = Result<(u64, ShopOrder), FileError>;

/// The orders of a file with their lines. The first character tells what kind of file it is.
fn rows<'a>(
    name: &'a str,
    reader: impl Read + 'a,
) -> Result<Box<dyn Iterator<Item = Row> + 'a>, FileError> {
    let mut reader = BufReader::new(reader);
    let unreadable = |source| FileError::Unreadable {
        name: name.to_owned(),
        source,
    };
    let start = reader.fill_buf().map_err(unreadable)?;
    // Spreadsheets begin a file with a byte order mark.
    let mark = usize::from(start.starts_with(b"\xef\xbb\xbf")) * 3;
    reader.consume(mark);
    let start = reader.fill_buf().map_err(unreadable)?;
    if start.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{') {
        Ok(Box::new(json_rows(name, reader)))
    } else {
        Ok(Box::new(csv_rows(name, reader)?))
    }
}

fn csv_rows<'a>(
    name: &'a str,
    reader: impl Read + 'a,
) -> Result<impl Iterator<Item = Row> + 'a, FileError> {
    let mut csv = ::csv::ReaderBuilder::new()
        .trim(::csv::Trim::All)
        .from_reader(reader);
    let head = csv.headers().map_err(|error| unread(name, error))?;
    let mut columns = [0; 3];
    for (column, field) in columns.iter_mut().zip(FIELDS) {
        let Some(place) = head.iter().position(|name| name == field) else {
            let head = head.iter().collect::<Vec<_>>().join(",");
            let problem = format!(
                "no column {field}; the head must name {}, and is {head:?}",
                FIELDS.join(", ")
            );
            return Err(FileError::Line {
                name: name.to_owned(),
                line: 1,
                problem,
            });
        };
        *column = place;
    }
    Ok(csv.into_records().map(move |record| {
        let record = record.map_err(|error| unread(name, error))?;
        let line = record.position().map_or(0, ::csv::Position::line);
        let [id, at, total] = columns.map(|column| record.get(column).unwrap_or_default());
        order(id, at, total)
            .map(|order| (line, order))
            .map_err(|problem| FileError::Line {
                name: name.to_owned(),
                line,
                problem,
            })
    }))
}

fn unread(name: &str, error: ::csv::Error) -> FileError {
    let name = name.to_owned();
    let line = error.position().map_or(0, ::csv::Position::line);
    let problem = error.to_string();
    match error.into_kind() {
        ::csv::ErrorKind::Io(source) => FileError::Unreadable { name, source },
        _ => FileError::Line {
            name,
            line,
            problem,
        },
    }
}

/// An order on a line of JSON. Numbers may be text.
#[derive(Deserialize)]
struct JsonOrder {
    order_id: Scalar,
    ordered_at: String,
    total: Scalar,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Scalar {
    Number(serde_json::Number),
    Text(String),
}

impl Scalar {
    fn into_text(self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text,
        }
    }
}

fn json_rows<'a>(name: &'a str, reader: impl BufRead + 'a) -> impl Iterator<Item = Row> + 'a {
    let lines = (1..).zip(reader.lines());
    lines.filter_map(move |(line, text)| {
        let text = match text {
            Ok(text) if text.trim().is_empty() => return None,
            Ok(text) => text,
            Err(source) => {
                let name = name.to_owned();
                return Some(Err(FileError::Unreadable { name, source }));
            }
        };
        let order = serde_json::from_str::<JsonOrder>(&text)
            .map_err(|error| error.to_string())
            .and_then(|json| {
                let (id, total) = (json.order_id.into_text(), json.total.into_text());
                order(&id, &json.ordered_at, &total)
            });
        let problem = |problem| FileError::Line {
            name: name.to_owned(),
            line,
            problem,
        };
        Some(order.map(|order| (line, order)).map_err(problem))
    })
}

/// The order, or what is wrong with it.
fn order(id: &str, at: &str, total: &str) -> Result<ShopOrder, String> {
    let order_id = rules::id(id).ok_or_else(|| format!("{id:?} is not an order id"))?;
    Ok(ShopOrder {
        order_id: order_id.into_owned(),
        ordered_at: instant(at)?,
        total_vnd: whole_vnd(total).ok_or_else(|| {
            format!("{total:?} is not a total; write whole dong, such as 1790000")
        })?,
    })
}

/// As everywhere in the program, or as psql writes it: `2025-12-01 14:30:00.25+00`.
fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%#z")
        .map(|instant| instant.to_utc())
        .or_else(|_| parse_instant(text).map_err(|error| error.to_string()))
}

/// Decimal places are allowed as long as they say nothing.
fn whole_vnd(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let total: i64 = whole.parse().ok()?;
    (total >= 0 && fraction.bytes().all(|digit| digit == b'0')).then_some(total)
}

#[cfg(test)]
mod tests;
