//! Opening what is under the cursor, and stepping back.

use secrecy::SecretString;

use super::asking::{question_changed, set_period};
use super::commanded;
use super::drilling::drill;
use super::filtering::{edited_filter, set_filter};
use super::searching::{narrow, searched};
use super::taking::export_as;
use crate::app::LineEdit;
use crate::app::action::Effect;
use crate::app::event_column::{ALL_EVENT_COLUMNS, EventColumn};
use crate::app::export::ExportFormat;
use crate::app::palette;
use crate::app::state::{Link, Overlay, Secret, State};
use crate::app::view::View;
use crate::period::{PRESETS, Period};

pub(super) fn go(state: &mut State, view: View) {
    state.overlay = None;
    if state.place.view != view {
        state.place.view = view;
        question_changed(state);
    }
}

/// Closes what is open, else goes back to where the last drill began.
pub(super) fn back(state: &mut State) -> Vec<Effect> {
    match state.overlay.take() {
        Some(Overlay::Range { .. }) => {
            state.overlay = Some(Overlay::Ranges { row: PRESETS.len() });
        }
        Some(Overlay::Search { before, .. }) => narrow(state, before),
        Some(_) => {}
        None if is_narrowed(state) => narrow(state, String::new()),
        None if state.place.event_open && shows_events(state) => {
            state.place.event_open = false;
        }
        None if state.place.point.is_some() => state.place.point = None,
        None => {
            let Some(place) = state.trail.pop() else {
                return Vec::new();
            };
            state.place = place;
            question_changed(state);
        }
    }
    vec![Effect::Draw]
}

/// Does the open table hide rows that do not contain what was searched for?
fn is_narrowed(state: &State) -> bool {
    state
        .place
        .table()
        .is_some_and(|table| !table.search.is_empty())
}

fn shows_events(state: &State) -> bool {
    matches!(state.place.view, View::Events | View::Session)
}

/// Opens what is under the cursor.
pub(super) fn enter(state: &mut State) -> Vec<Effect> {
    match (&state.overlay, state.place.view) {
        (Some(Overlay::Ranges { row }), _) => match PRESETS.get(*row) {
            Some(&period) => {
                state.overlay = None;
                set_period(state, period);
            }
            None => {
                state.overlay = Some(Overlay::Range {
                    line: LineEdit::default(),
                    problem: None,
                });
            }
        },
        (Some(Overlay::Range { line, .. }), _) => {
            match Period::parse(line.text(), state.server_now(), &state.place.zone) {
                Ok(period) => {
                    state.overlay = None;
                    set_period(state, period);
                }
                Err(problem) => {
                    let (line, problem) = (line.clone(), Some(problem.to_string()));
                    state.overlay = Some(Overlay::Range { line, problem });
                }
            }
        }
        (Some(Overlay::Search { line, .. }), _) => {
            let text = line.text().to_owned();
            state.overlay = None;
            searched(state, &text);
        }
        (Some(Overlay::Filters { lines, .. }), _) => {
            let filter = edited_filter(lines);
            state.overlay = None;
            set_filter(state, filter);
        }
        (Some(Overlay::Export { row }), _) => {
            let format = ExportFormat::ALL.get(*row).copied();
            return format.map_or_else(Vec::new, |format| export_as(state, format));
        }
        (Some(Overlay::Columns { row }), _) => {
            if let Some(column) = ALL_EVENT_COLUMNS.get(*row) {
                toggle(&mut state.event_columns, *column);
            }
        }
        (Some(Overlay::Palette { line, row }), _) => {
            let entry = palette::entries(state, line.text()).into_iter().nth(*row);
            state.overlay = None;
            if let Some(entry) = entry {
                return commanded(state, entry.command);
            }
        }
        (Some(Overlay::Password { .. }), _) => return send_password(state),
        (Some(Overlay::Help { .. }), _) => state.overlay = None,
        (None, View::Events | View::Session) => {
            let there = match state.place.view {
                View::Events => !state.place.events.is_empty(),
                _ => state.shown().answer().is_some(),
            };
            if !there {
                return Vec::new();
            }
            state.place.event_open = !state.place.event_open;
        }
        (None, _) => return drill(state),
    }
    vec![Effect::Draw]
}

/// Shows a column or hides it; the order is that of the table.
fn toggle(columns: &mut Vec<EventColumn>, column: EventColumn) {
    if columns.contains(&column) {
        columns.retain(|shown| *shown != column);
    } else {
        columns.push(column);
        columns.sort_by_key(|shown| ALL_EVENT_COLUMNS.iter().position(|known| known == shown));
    }
}

pub(super) fn send_password(state: &mut State) -> Vec<Effect> {
    let Some(Overlay::Password { line: Secret(line) }) = &mut state.overlay else {
        return Vec::new();
    };
    // A part of a password is a wrong one, and few may be tried.
    if line.problem().is_some() {
        return Vec::new();
    }
    let password = SecretString::from(line.take());
    state.overlay = None;
    state.link = Link::Connecting;
    vec![Effect::Draw, Effect::Password(password)]
}
