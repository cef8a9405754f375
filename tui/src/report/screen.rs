//! What a screen of the dashboard shows, as the same documents that `report` prints.

use sbw_queries::answers::breakdown::{Brands, Categories};
use sbw_queries::answers::funnel::Funnel;
use sbw_queries::answers::products::Products;
use sbw_queries::answers::raw::Raw;
use sbw_queries::answers::session_list::SessionList;
use sbw_queries::{Answer as Named, Document, Question, Zone};

use super::sheet::{Sheet, ToSheet};
use super::{ReportError, csv};
use crate::app::{Answer, Body, Part, State, View, arranged};
use crate::args::Format;
use crate::text;

/// What was asked, and by whose clocks it is shown.
struct Shown<'a> {
    question: Question,
    zone: &'a Zone,
}

/// One answer of the screen.
pub(crate) struct Piece {
    view: &'static str,
    sheet: Sheet,
    json: String,
    /// Is the cursor in its rows?
    pub(crate) has_cursor: bool,
}

impl Piece {
    fn new<T: Named + ToSheet>(of: &Shown<'_>, body: T) -> Self {
        let Shown { question, zone } = of;
        Self {
            view: T::VIEW,
            sheet: body.to_sheet().by_the_clocks_of(zone),
            // Numbers and texts, which JSON always has a word for.
            json: serde_json::to_string_pretty(&Document::new(question, body)).unwrap_or_default(),
            has_cursor: true,
        }
    }

    fn above(mut self) -> Self {
        self.has_cursor = false;
        self
    }

    /// How many rows it has.
    pub(crate) fn rows(&self) -> usize {
        self.sheet.rows.len()
    }

    /// A row, its values between tabs, formulas defused.
    pub(crate) fn row_text(&self, row: usize) -> Option<String> {
        let cells = self.sheet.rows.get(row)?.iter().map(csv::harmless);
        Some(cells.collect::<Vec<_>>().join("\t"))
    }

    /// What the row is called: its first value, or that of the column that names it.
    pub(crate) fn name_text(&self, row: usize) -> Option<String> {
        const NAMES: [&str; 5] = ["session_id", "event_id", "name", "event_name", "started_at"];
        let named = |name: &&str| self.sheet.columns.iter().position(|column| column == name);
        let column = NAMES.iter().find_map(named).unwrap_or(0);
        let cell = self.sheet.rows.get(row)?.get(column)?;
        Some(text::clean(&cell.plain()).into_owned())
    }
}

/// The answers that are on the screen, in its order; lists as far as they were read.
pub(crate) fn pieces(state: &State) -> Vec<Piece> {
    let Some(answer) = state.shown().answer() else {
        return Vec::new();
    };
    let of = &Shown {
        question: Question {
            range: answer.range,
            filter: answer.subject.filter.clone(),
        },
        zone: &state.place.zone,
    };
    match &answer.body {
        Body::Overview(screen) => vec![
            Piece::new(of, screen.overview.clone()).above(),
            Piece::new(of, screen.timeseries.clone()).above(),
            Piece::new(of, screen.events.clone()),
            Piece::new(of, screen.logins.clone()),
        ],
        Body::Funnel(funnel) => vec![funnel_piece(of, funnel)],
        Body::Products(rows) => {
            let rows = arranged(rows, &state.place.products).into_iter().cloned();
            let rows = rows.collect();
            vec![Piece::new(of, Products { rows })]
        }
        Body::Groups(rows) => {
            let Some(table) = state.place.table() else {
                return Vec::new();
            };
            let rows = arranged(rows, table).into_iter().cloned().collect();
            vec![if state.place.view == View::Categories {
                Piece::new(of, Categories { rows })
            } else {
                Piece::new(of, Brands { rows })
            }]
        }
        Body::Sessions(screen) => vec![
            Piece::new(of, screen.sessions.clone()).above(),
            Piece::new(of, screen.timeseries.clone()).above(),
            session_rows(state, of),
        ],
        Body::StepSessions(_) | Body::SessionPage(_) => vec![session_rows(state, of)],
        Body::Session(session) => vec![Piece::new(of, session.clone())],
        Body::Week(week) => vec![Piece::new(of, (**week).clone()).above()],
        Body::Hours(hours) => vec![Piece::new(of, hours.clone())],
        Body::Page(_) => {
            let rows = state.place.events.rows_from(0).cloned().collect();
            vec![Piece::new(of, Raw { rows })]
        }
        Body::Pipeline(_) => pipeline(of, answer),
        Body::Series(_) => Vec::new(),
    }
}

fn funnel_piece(of: &Shown<'_>, funnel: &Funnel) -> Piece {
    let piece = Piece::new(of, funnel.clone());
    match funnel {
        Funnel::Rows(_) => piece,
        // A group is several rows there; the cursor is on none of them.
        Funnel::Groups(_) => piece.above(),
    }
}

fn session_rows(state: &State, of: &Shown<'_>) -> Piece {
    let rows = state.place.sessions.rows_from(0).cloned().collect();
    Piece::new(of, SessionList { rows })
}

fn pipeline(of: &Shown<'_>, answer: &Answer) -> Vec<Piece> {
    debug_assert!(matches!(answer.subject.part, Part::Whole));
    vec![Piece::new(of, (*answer.pipeline).clone())]
}

/// Writes them down: one as `report` would print it, several under their names.
pub(crate) fn write(pieces: &[Piece], format: Format) -> Result<String, ReportError> {
    if format == Format::Json {
        let json = if let [piece] = pieces {
            piece.json.clone()
        } else {
            // Line breaks stand between values only: in texts they are escaped.
            let named = pieces.iter().map(|piece| {
                let indented = piece.json.replace('\n', "\n  ");
                format!("  \"{}\": {indented}", piece.view)
            });
            format!("{{\n{}\n}}", named.collect::<Vec<_>>().join(",\n"))
        };
        return Ok(text::harmless_json(&json) + "\n");
    }
    if let [piece] = pieces {
        return Ok(csv::write(&piece.sheet)?);
    }
    let blocks = pieces
        .iter()
        .map(|piece| Ok(format!("{}\n{}", piece.view, csv::write(&piece.sheet)?)))
        .collect::<Result<Vec<_>, ReportError>>()?;
    Ok(blocks.join("\n"))
}
