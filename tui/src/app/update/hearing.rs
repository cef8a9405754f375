//! What the connection says: its own state, answers, and failures.

use chrono::TimeDelta;

use super::moving::follow_rows;
use crate::app::action::{Effect, LinkEvent};
use crate::app::state::{Link, Overlay, Secret, State};
use crate::app::subject::{Answer, Part, Subject};

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
        LinkEvent::Clock(clock) => {
            if state.clock == clock {
                return Vec::new();
            }
            state.clock = clock;
        }
        LinkEvent::Announces(announced) => state.live.announced = announced,
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
    let place = &mut state.place;
    // Both look at the answer for themselves: it is of one list at most, and of
    // this place's if the newest page of its question is what the place asks.
    let of_this_list = newest_page(&answer.subject) == subject;
    let changed_list = of_this_list && (place.events.take(&answer) | place.sessions.take(&answer));
    let news = if is_older_page(&answer) {
        changed_list
    } else {
        if answer.subject == subject {
            follow_rows(&mut state.place, &answer);
        }
        state.answers.put(answer)
    };
    if had_failed || changed_list || was_loading || (news && is_here) {
        vec![Effect::Draw]
    } else {
        Vec::new()
    }
}

/// The question for the newest page of the list that a page is of.
fn newest_page(subject: &Subject) -> Subject {
    let part = match &subject.part {
        Part::Page(_) => Part::Page(None),
        Part::Sessions { at, .. } => Part::Sessions {
            at: *at,
            before: None,
        },
        part => part.clone(),
    };
    Subject {
        part,
        ..subject.clone()
    }
}

/// Pages further down live in the list; kept as answers they would crowd out others.
fn is_older_page(answer: &Answer) -> bool {
    matches!(
        answer.subject.part,
        Part::Page(Some(_))
            | Part::Sessions {
                before: Some(_),
                ..
            }
    )
}

pub(super) fn failed(state: &mut State, subject: Subject, why: String) -> Vec<Effect> {
    if state.asking.as_ref() == Some(&subject) {
        state.asking = None;
    }
    state.live.refresh_at = Some(state.now + state.live.every);
    state.failure = Some((subject, why));
    vec![Effect::Draw]
}
