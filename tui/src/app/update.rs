//! How the state changes: `(state, action, now) -> effects`, and nothing else.

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;

use super::action::{Action, Command, Effect, LinkEvent, Request, TextEdit};
use super::place::{View, next_login, next_segment};
use super::state::{Link, Overlay, Secret, State};
use super::subject::{Answer, Body, Subject};
use crate::layout;
use crate::period::{PRESETS, Period, Shift, Zoom};

/// A changed question waits this long, in case another key follows.
const QUIET: TimeDelta = TimeDelta::milliseconds(80);

/// One that follows another within [`BUSY`] waits this long: keys are being
/// pressed in a row, and only where they end matters.
const QUIET_WHEN_BUSY: TimeDelta = TimeDelta::milliseconds(350);
const BUSY: TimeDelta = TimeDelta::milliseconds(1_000);

/// After word of new events, so that a burst of loads is one refresh.
const AFTER_LOAD: TimeDelta = TimeDelta::milliseconds(300);

/// How far back the way can be stepped.
const LONGEST_TRAIL: usize = 16;

/// Applies an action to the state and says what is to be done about it.
#[must_use]
pub fn update(state: &mut State, action: Action, now: DateTime<Utc>) -> Vec<Effect> {
    let texts = state.clock_texts();
    state.now = now;
    let mut effects = match action {
        Action::Command(command) => commanded(state, command),
        Action::Edit(edit) => edited(state, edit),
        Action::Resize(size) => {
            state.size = size;
            vec![Effect::Draw]
        }
        Action::Tick => Vec::new(),
        Action::Link(event) => link_changed(state, event),
        Action::Answered(answer) => answered(state, *answer),
        Action::Failed(subject, why) => failed(state, subject, why),
    };
    effects.extend(ask_what_is_due(state));
    let drawn = effects
        .iter()
        .any(|effect| matches!(effect, Effect::Draw | Effect::Clear));
    if !drawn && state.clock_texts() != texts {
        effects.push(Effect::Draw);
    }
    effects
}

fn commanded(state: &mut State, command: Command) -> Vec<Effect> {
    match command {
        Command::Quit => return vec![Effect::Quit],
        Command::Suspend => return vec![Effect::Suspend],
        Command::Redraw => return vec![Effect::Clear],
        Command::Help => {
            state.overlay = match state.overlay {
                Some(Overlay::Help { .. }) => None,
                _ => Some(Overlay::Help { scroll: 0 }),
            };
        }
        Command::Back => return back(state),
        Command::Go(view) => go(state, view),
        Command::NextView => go(state, state.place.view.next()),
        Command::PreviousView => go(state, state.place.view.previous()),
        Command::Up => step(state, -1),
        Command::Down => step(state, 1),
        Command::PageUp => step(state, -page(state)),
        Command::PageDown => step(state, page(state)),
        Command::First => to_end(state, End::First),
        Command::Last => to_end(state, End::Last),
        Command::Enter => return enter(state),
        Command::Ranges => {
            let row = PRESETS
                .iter()
                .position(|preset| *preset == state.place.period);
            state.overlay = Some(Overlay::Ranges {
                row: row.unwrap_or(0),
            });
        }
        Command::Earlier => shift(state, Shift::Earlier),
        Command::Later => shift(state, Shift::Later),
        Command::ZoomIn => zoom(state, Zoom::In),
        Command::ZoomOut => zoom(state, Zoom::Out),
        Command::Login => {
            state.place.filter.login = next_login(state.place.filter.login.as_deref());
            question_changed(state);
        }
        Command::Segment => {
            state.place.segment = next_segment(state.place.segment);
            question_changed(state);
        }
        Command::Pause => state.live.paused = !state.live.paused,
        Command::Refresh => return refresh(state),
    }
    vec![Effect::Draw]
}

fn go(state: &mut State, view: View) {
    state.overlay = None;
    if state.place.view != view {
        state.place.view = view;
        question_changed(state);
    }
}

fn shift(state: &mut State, shift: Shift) {
    let period = state.place.period.shifted(shift, state.now);
    set_period(state, period);
}

fn zoom(state: &mut State, zoom: Zoom) {
    let period = state.place.period.zoomed(zoom, state.now);
    set_period(state, period);
}

fn set_period(state: &mut State, period: Period) {
    if state.place.period != period {
        state.place.period = period;
        question_changed(state);
    }
}

/// Asks again now; without a connection, tries to connect now.
fn refresh(state: &mut State) -> Vec<Effect> {
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

/// Closes what is open, else goes back to where the last drill began.
fn back(state: &mut State) -> Vec<Effect> {
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
fn enter(state: &mut State) -> Vec<Effect> {
    match (&state.overlay, state.place.view) {
        (Some(Overlay::Ranges { row }), _) => match PRESETS.get(*row) {
            Some(&period) => {
                state.overlay = None;
                set_period(state, period);
            }
            None => {
                state.overlay = Some(Overlay::Range {
                    line: super::LineEdit::default(),
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
fn drill_into_event(state: &mut State) -> Vec<Effect> {
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

fn send_password(state: &mut State) -> Vec<Effect> {
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

fn edited(state: &mut State, edit: TextEdit) -> Vec<Effect> {
    match &mut state.overlay {
        Some(Overlay::Range { line, problem }) => {
            *problem = None;
            line.apply(edit);
        }
        Some(Overlay::Password { line: Secret(line) }) => line.apply(edit),
        _ => return Vec::new(),
    }
    vec![Effect::Draw]
}

fn page(state: &State) -> isize {
    let rows = match state.place.view {
        View::Events => layout::event_rows(state),
        _ => layout::body_rows(state) / 2,
    };
    isize::try_from(rows.saturating_sub(1).max(1)).unwrap_or(1)
}

fn step(state: &mut State, rows: isize) {
    if let Some(overlay) = &mut state.overlay {
        match overlay {
            Overlay::Help { scroll } => {
                let rows = i16::try_from(rows).unwrap_or(i16::MAX);
                *scroll = scroll
                    .saturating_add_signed(rows)
                    .min(layout::help_scroll(state.size));
            }
            Overlay::Ranges { row } => {
                *row = row.saturating_add_signed(rows).min(PRESETS.len());
            }
            Overlay::Range { .. } | Overlay::Password { .. } => {}
        }
        return;
    }
    let last = last_row(state);
    match state.place.view {
        View::Overview => {
            let row = &mut state.place.event_row;
            *row = row.saturating_add_signed(rows).min(last);
        }
        View::Pipeline => {
            let row = &mut state.place.run_row;
            *row = row.saturating_add_signed(rows).min(last);
        }
        View::Events => {
            let height = layout::event_rows(state);
            state.place.events.step(rows, height);
        }
        View::Funnel => {}
    }
}

#[derive(Clone, Copy)]
enum End {
    First,
    Last,
}

fn to_end(state: &mut State, end: End) {
    if state.overlay.is_none() && state.place.view == View::Events {
        let height = layout::event_rows(state);
        match end {
            End::First => state.place.events.go_to_newest(),
            End::Last => state.place.events.go_to_oldest(height),
        }
        return;
    }
    step(
        state,
        match end {
            End::First => isize::MIN / 2,
            End::Last => isize::MAX / 2,
        },
    );
}

/// The last row that the cursor of the open view can be on.
fn last_row(state: &State) -> usize {
    let rows = match state
        .shown()
        .answer()
        .map(|answer| (&answer.body, &answer.pipeline))
    {
        Some((Body::Overview(screen), _)) => screen.events.rows.len(),
        Some((Body::Pipeline, pipeline)) => pipeline.runs.len(),
        _ => 0,
    };
    rows.saturating_sub(1)
}

fn link_changed(state: &mut State, event: LinkEvent) -> Vec<Effect> {
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

fn answered(state: &mut State, answer: Answer) -> Vec<Effect> {
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
fn is_older_page(answer: &Answer) -> bool {
    matches!(answer.subject.part, super::Part::Page(Some(_)))
}

fn clamp_cursors(state: &mut State) {
    let last = last_row(state);
    match state.place.view {
        View::Overview => state.place.event_row = state.place.event_row.min(last),
        View::Pipeline => state.place.run_row = state.place.run_row.min(last),
        View::Funnel | View::Events => {}
    }
}

fn failed(state: &mut State, subject: Subject, why: String) -> Vec<Effect> {
    if state.asking.as_ref() == Some(&subject) {
        state.asking = None;
    }
    state.live.refresh_at = Some(state.now + state.live.every);
    state.failure = Some((subject, why));
    vec![Effect::Draw]
}

/// The screen asks something else now: shows what is known of it at once, and
/// asks when the keys have come to rest.
fn question_changed(state: &mut State) {
    let subject = state.subject();
    state.failure = None;
    state.answers.touch(&subject);
    let known = state.answers.exact(&subject).cloned();
    if let Some(answer) = &known
        && subject.view == View::Events
        && state.place.events.subject() != Some(&subject)
    {
        state.place.events.take(answer);
    }
    clamp_cursors(state);
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
fn ask_what_is_due(state: &mut State) -> Option<Effect> {
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
    let page = state.place.events.wanted()?;
    // Not for a list of another question, nor again for a page that just failed.
    let wanted = state.place.view == View::Events
        && page.page_before(None) == state.subject()
        && state.failure.is_none();
    wanted.then(|| {
        // Every page of a list is cut from the range that its first was.
        let range = state
            .place
            .events
            .range()
            .filter(|_| page != state.subject());
        let request = Request {
            range: range.unwrap_or(page.period.resolve(state.now)),
            subject: page,
        };
        ask(state, request)
    })
}

fn request(state: &State, subject: Subject) -> Request {
    Request {
        range: subject.period.resolve(state.now),
        subject,
    }
}

fn ask(state: &mut State, request: Request) -> Effect {
    state.live.refresh_at = None;
    state.asking = Some(request.subject.clone());
    Effect::Ask(request)
}
