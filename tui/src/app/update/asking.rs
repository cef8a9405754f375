//! What is asked, and when: a question changes at once, and is asked when the
//! keys have come to rest.

use chrono::{DateTime, TimeDelta, Utc};
use sbw_queries::answers::raw::RawEvent;
use sbw_queries::answers::session_list::SessionRow;
use sbw_queries::range::TimeRange;

use super::moving::follow_rows;
use crate::app::action::{Effect, Request};
use crate::app::pages::Listed;
use crate::app::place::Place;
use crate::app::state::{Link, Overlay, Secret, State};
use crate::app::subject::Subject;
use crate::app::view::View;
use crate::period::{Period, Shift, Zoom};

/// A changed question waits this long, in case another key follows.
const QUIET: TimeDelta = TimeDelta::milliseconds(80);

/// One that follows another within [`BUSY`] waits this long: keys are being
/// pressed in a row, and only where they end matters.
const QUIET_WHEN_BUSY: TimeDelta = TimeDelta::milliseconds(350);

const BUSY: TimeDelta = TimeDelta::milliseconds(1_000);

pub(super) fn shift(state: &mut State, shift: Shift) {
    let period = state
        .place
        .period
        .shifted(shift, state.server_now(), &state.place.zone);
    set_period(state, period);
}

pub(super) fn zoom(state: &mut State, zoom: Zoom) {
    let period = state
        .place
        .period
        .zoomed(zoom, state.server_now(), &state.place.zone);
    set_period(state, period);
}

pub(super) fn set_period(state: &mut State, period: Period) {
    if state.place.period != period {
        state.place.period = period;
        question_changed(state);
    }
}

/// The screen asks something else now: shows what is known of it at once, and
/// asks when the keys have come to rest.
pub(super) fn question_changed(state: &mut State) {
    let subject = state.subject();
    state.failure = None;
    state.answers.touch(&subject);
    let State { answers, place, .. } = state;
    let known = answers.exact(&subject);
    if let Some(answer) = known {
        match subject.view {
            View::Events if place.events.subject() != Some(&subject) => {
                place.events.take(answer);
            }
            View::Sessions | View::StepSessions if place.sessions.subject() != Some(&subject) => {
                place.sessions.take(answer);
            }
            _ => {}
        }
        follow_rows(place, answer);
    }
    let fresh = known.is_some_and(|answer| {
        subject.period.is_fixed() && state.live.paused || state.now - answer.at < state.live.every
    });
    if fresh && state.asking.is_none() {
        state.live.ask_at = None;
        return;
    }
    let busy = state
        .live
        .changed_at
        .is_some_and(|at| state.now - at < BUSY);
    state.live.ask_at = Some(state.now + if busy { QUIET_WHEN_BUSY } else { QUIET });
}

/// The questions whose time has come.
pub(super) fn ask_what_is_due(state: &mut State) -> Option<Effect> {
    if state.link != Link::Connected {
        return None;
    }
    let due = |at: Option<DateTime<Utc>>| at.is_some_and(|at| at <= state.now);
    if due(state.live.ask_at) {
        state.live.ask_at = None;
        state.live.changed_at = Some(state.now);
        let request = request(state, state.subject());
        return Some(ask(state, request));
    }
    if state.asking.is_some() || state.live.ask_at.is_some() {
        return None;
    }
    if due(state.refresh_due()) {
        let request = request(state, state.subject());
        return Some(ask(state, request));
    }
    let (page, range) = wanted_page(&state.place)?;
    // Not again for a page that just failed.
    if state.failure.is_some() {
        return None;
    }
    // Every page of a list is cut from the range that its first was.
    let range = range.filter(|_| page != state.subject());
    let request = Request {
        range: range.unwrap_or(page.range(state.server_now())),
        subject: page,
    };
    Some(ask(state, request))
}

/// The page that the open list needs, if its question is still the one that is asked.
fn wanted_page(place: &Place) -> Option<(Subject, Option<TimeRange>)> {
    let asked = Subject::of(place);
    match place.view {
        View::Events => {
            let page = place.events.wanted()?;
            (RawEvent::page_at(&page, None) == asked).then(|| (page, place.events.range()))
        }
        View::Sessions | View::StepSessions => {
            let page = place.sessions.wanted()?;
            (SessionRow::page_at(&page, None) == asked).then(|| (page, place.sessions.range()))
        }
        _ => None,
    }
}

/// Asks again now; without a connection, tries to connect now.
pub(super) fn refresh(state: &mut State) -> Vec<Effect> {
    match &state.link {
        Link::Connected => {
            let request = request(state, state.subject());
            vec![Effect::Draw, ask(state, request)]
        }
        Link::Connecting => Vec::new(),
        Link::Lost { .. } => vec![Effect::Draw, Effect::Reconnect],
        Link::Locked { .. } => {
            state.overlay = Some(Overlay::Password {
                line: Secret::default(),
            });
            vec![Effect::Draw]
        }
    }
}

pub(super) fn request(state: &State, subject: Subject) -> Request {
    Request {
        range: subject.range(state.server_now()),
        subject,
    }
}

pub(super) fn ask(state: &mut State, request: Request) -> Effect {
    state.live.refresh_at = None;
    state.asking = Some(request.subject.clone());
    Effect::Ask(Box::new(request))
}
