//! Searching: tables are narrowed down, in lists the cursor goes to the next match.

use super::sorting::rearrange;
use crate::app::event_column::{self, ALL_EVENT_COLUMNS};
use crate::app::line_edit::LineEdit;
use crate::app::state::{Overlay, State};
use crate::app::subject::Body;
use crate::app::table::{Table, folded};
use crate::app::view::View;
use crate::layout;

/// Which way the next match is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    On,
    Back,
}

/// Does a search narrow down the open table?
fn narrows(view: View) -> bool {
    matches!(view, View::Products | View::Categories | View::Brands)
}

pub(super) fn open_search(state: &mut State) {
    let before = if narrows(state.place.view) {
        state
            .place
            .table()
            .map_or_else(String::new, |table| table.search.clone())
    } else {
        String::new()
    };
    state.overlay = Some(Overlay::Search {
        line: LineEdit::new(&before),
        before,
    });
}

/// While it is typed: the table shows what contains it.
pub(super) fn narrow(state: &mut State, text: String) {
    if narrows(state.place.view) {
        rearrange(state, |table| table.search = text);
    }
}

/// It is typed: in a list, to the next row that contains it.
pub(super) fn searched(state: &mut State, text: &str) {
    if !narrows(state.place.view) {
        text.clone_into(&mut state.sought);
        find(state, Way::On);
    }
}

/// To the next row that contains what was searched for, round the end.
pub(super) fn find(state: &mut State, way: Way) {
    let wanted = folded(state.sought.trim());
    if wanted.is_empty() {
        state.say("Nothing was searched for yet: / does.");
        return;
    }
    let rows = words(state);
    let here = match state.place.view {
        View::Events => state.place.events.cursor(),
        View::Sessions | View::StepSessions => state.place.sessions.cursor(),
        _ => state.place.table().map_or(0, Table::row),
    };
    let count = rows.len();
    let found = (1..=count)
        .map(|step| match way {
            Way::On => (here + step) % count,
            Way::Back => (here + count - step) % count,
        })
        .find(|row| {
            rows.get(*row)
                .is_some_and(|words| folded(words).contains(&wanted))
        });
    let Some(row) = found else {
        let words = format!("None of the {count} rows that were read contains it.");
        state.say(words);
        return;
    };
    let height = layout::list_rows(state);
    match state.place.view {
        View::Events => state.place.events.go_to(row, height),
        View::Sessions | View::StepSessions => state.place.sessions.go_to(row, height),
        _ => {
            if let Some(table) = state.place.table_mut() {
                table.select(row, count, height);
            }
        }
    }
}

/// The words of each row of the open list.
fn words(state: &State) -> Vec<String> {
    let event = |event| {
        let texts = ALL_EVENT_COLUMNS
            .into_iter()
            .filter_map(|column| event_column::text(column, event));
        texts.collect::<Vec<_>>().join("\n")
    };
    match state.place.view {
        View::Events => state.place.events.rows_from(0).map(event).collect(),
        View::Sessions | View::StepSessions => {
            let rows = state.place.sessions.rows_from(0);
            rows.map(|row| {
                let client = row.client_id.as_deref().unwrap_or_default();
                let user = row.user_id.as_deref().unwrap_or_default();
                format!("{}\n{client}\n{user}", row.session_id)
            })
            .collect()
        }
        _ => match state.shown().answer().map(|answer| (&answer.body, answer)) {
            Some((Body::Session(session), _)) => {
                session.rows.iter().map(|row| event(&row.event)).collect()
            }
            Some((Body::Pipeline(_), answer)) => {
                let runs = answer.pipeline.runs.iter();
                runs.map(|run| {
                    let error = run.error.as_deref().unwrap_or_default();
                    format!("{} {}\n{error}", run.started_at, run.status)
                })
                .collect()
            }
            _ => Vec::new(),
        },
    }
}
