//! Opening what is under the cursor, and stepping back.

use secrecy::SecretString;

use super::asking::{question_changed, set_period};
use super::drilling::drill;
use crate::app::LineEdit;
use crate::app::action::Effect;
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
        Some(_) => {}
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
        (Some(Overlay::Range { line, .. }), _) => match Period::parse(line.text(), state.now) {
            Ok(period) => {
                state.overlay = None;
                set_period(state, period);
            }
            Err(problem) => {
                let (line, problem) = (line.clone(), Some(problem.to_string()));
                state.overlay = Some(Overlay::Range { line, problem });
            }
        },
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

pub(super) fn send_password(state: &mut State) -> Vec<Effect> {
    let Some(Overlay::Password {
        line: Secret(mut line),
    }) = state.overlay.take()
    else {
        return Vec::new();
    };
    state.link = Link::Connecting;
    vec![
        Effect::Draw,
        Effect::Password(SecretString::from(line.take())),
    ]
}
