//! What the connection says: its own state, answers, and failures.

use chrono::TimeDelta;

use super::moving::clamp_cursors;
use crate::app::Part;
use crate::app::action::{Effect, LinkEvent};
use crate::app::state::{Link, Overlay, Secret, State};
use crate::app::subject::{Answer, Subject};

/// After word of new events, so that a burst of loads is one refresh.
const AFTER_LOAD: TimeDelta = TimeDelta::milliseconds(300);

pub(super) fn link_changed(state: &mut State, event: LinkEvent) -> Vec<Effect> {
    match event {
        LinkEvent::Connecting => match &mut state.link {
            Link::Lost {
                retry_at, tries, ..
            } => {
                *retry_at = None;
                *tries += 1;
            }
            link => *link = Link::Connecting,
        },
        LinkEvent::Connected => {
            state.link = Link::Connected;
            state.failure = None;
            state.asking = None;
            state.live.ask_at = Some(state.now);
        }
        LinkEvent::Lost { why, retry_at } => {
            state.asking = None;
            let retry_at = Some(retry_at);
            state.link = match state.link {
                Link::Lost { since, tries, .. } => Link::Lost {
                    since,
                    tries,
                    retry_at,
                    why,
                },
                _ => Link::Lost {
                    since: state.now,
                    tries: 0,
                    retry_at,
                    why,
                },
            };
        }
        LinkEvent::PasswordWanted { why } => {
            state.asking = None;
            state.link = Link::Locked { why };
            state.overlay = Some(Overlay::Password {
                line: Secret::default(),
            });
        }
        LinkEvent::Schema(schema) => state.schema = schema,
        LinkEvent::Loaded => {
            let soon = state.now + AFTER_LOAD;
            // A first word of new events brings the refresh forward; the words
            // that follow must not put it off.
            if state.live.refresh_at.is_none_or(|at| at > soon) {
                state.live.refresh_at = Some(soon);
            }
            return Vec::new();
        }
    }
    vec![Effect::Draw]
}

pub(super) fn answered(state: &mut State, answer: Answer) -> Vec<Effect> {
    if state.asking.as_ref() == Some(&answer.subject) {
        state.asking = None;
    }
    state.live.refresh_at = Some(state.now + state.live.every);
    let had_failed = state.failure.take().is_some();
    let was_loading = state.is_behind() || state.shown().answer().is_none();
    let is_here = answer.subject.view == state.place.view;
    let subject = state.subject();
    let changed_list = answer.subject.page_before(None) == subject.page_before(None)
        && state.place.events.take(&answer);
    let news = if is_older_page(&answer) {
        changed_list
    } else {
        state.answers.put(answer)
    };
    clamp_cursors(state);
    if had_failed || changed_list || was_loading || (news && is_here) {
        vec![Effect::Draw]
    } else {
        Vec::new()
    }
}

/// Pages further down live in the list; kept as answers they would crowd out others.
pub(super) fn is_older_page(answer: &Answer) -> bool {
    matches!(answer.subject.part, Part::Page(Some(_)))
}

pub(super) fn failed(state: &mut State, subject: Subject, why: String) -> Vec<Effect> {
    if state.asking.as_ref() == Some(&subject) {
        state.asking = None;
    }
    state.live.refresh_at = Some(state.now + state.live.every);
    state.failure = Some((subject, why));
    vec![Effect::Draw]
}
