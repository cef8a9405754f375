//! Opening what is under the cursor, and stepping back.

use secrecy::SecretString;

use super::asking::{question_changed, set_period};
use crate::app::LineEdit;
use crate::app::action::Effect;
use crate::app::place::View;
use crate::app::state::{Link, Overlay, Secret, State};
use crate::app::subject::Body;
use crate::period::{PRESETS, Period};

/// How far back the way can be stepped.
const LONGEST_TRAIL: usize = 16;

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
        None if state.place.view == View::Events && state.place.event_open => {
            state.place.event_open = false;
        }
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
        (None, View::Events) => {
            if state.place.events.is_empty() {
                return Vec::new();
            }
            state.place.event_open = !state.place.event_open;
        }
        (None, View::Overview) => return drill_into_event(state),
        (None, View::Funnel | View::Pipeline) => return Vec::new(),
    }
    vec![Effect::Draw]
}

/// From a bar of the event mix to its events.
pub(super) fn drill_into_event(state: &mut State) -> Vec<Effect> {
    // What the bar counts is what its own question kept, not a newer one.
    let Some(answer) = state.answers.exact(&state.subject()) else {
        return Vec::new();
    };
    let Body::Overview(screen) = &answer.body else {
        return Vec::new();
    };
    let Some(row) = screen.events.rows.get(state.place.event_row) else {
        return Vec::new();
    };
    let event = Some(row.event_name.clone());
    let left = state.place.clone();
    state.trail.push(left);
    if state.trail.len() > LONGEST_TRAIL {
        state.trail.remove(0);
    }
    state.place.view = View::Events;
    state.place.filter.event = event;
    state.place.event_open = false;
    question_changed(state);
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
