//! The list of events: pages further down, and newer ones on top.

use chrono::{DateTime, TimeDelta, Utc};
use crossterm::event::KeyCode;
use sbw_tui::app::{Action, Body, EVENT_PAGE, Effect, Part, State, View, update};

use crate::after;
use crate::common::answers::{answer, asked, event, now, press, showing, size};

/// Answers whatever the list wants, as often as it wants.
fn feed(state: &mut State, mut effects: Vec<Effect>, at: DateTime<Utc>) -> usize {
    let mut pages = 0;
    while let Some(request) = asked(&effects).pop() {
        pages += 1;
        effects = update(state, Action::Answered(Box::new(answer(&request, at))), at);
        assert!(pages < 50, "asks for ever");
    }
    pages
}

#[test]
fn paging_goes_on_and_on_and_back_without_holding_everything() {
    let mut state = showing(View::Events, size(120, 40));
    let mut times = Vec::new();
    for _ in 0..200 {
        let effects = press(&mut state, KeyCode::PageDown, after(500));
        feed(&mut state, effects, after(500));
        times.push(state.place.events.selected().unwrap().event_timestamp);
    }
    assert!(
        times.is_sorted_by(|newer, older| newer > older),
        "every screen is older"
    );
    let row = state.place.events.passed() + state.place.events.cursor();
    assert_eq!(
        (times[0] - times[199]).num_minutes(),
        i64::try_from(row).unwrap() - 34
    );
    assert!(
        state.place.events.len() <= 9 * EVENT_PAGE,
        "{}",
        state.place.events.len()
    );
    for _ in 0..200 {
        let effects = press(&mut state, KeyCode::PageUp, after(600));
        feed(&mut state, effects, after(600));
    }
    assert_eq!(state.place.events.passed(), 0);
    assert!(state.place.events.len() <= 9 * EVENT_PAGE);
    assert_eq!(state.place.events.cursor(), 0);
}

#[test]
fn events_that_slide_out_of_the_range_leave_the_list() {
    let mut state = showing(View::Events, size(120, 40));
    for rows in [7, 0] {
        let request = asked(&press(&mut state, KeyCode::Char('r'), after(600))).remove(0);
        let mut fewer = answer(&request, after(700));
        let Body::Page(page) = &mut fewer.body else {
            panic!("no page")
        };
        page.rows.truncate(rows);
        let _ = update(&mut state, Action::Answered(Box::new(fewer)), after(700));
        assert_eq!(state.place.events.len(), rows);
        assert!(state.place.events.ended());
    }
}

#[test]
fn new_events_push_in_above_without_moving_the_reader() {
    let mut state = showing(View::Events, size(120, 40));
    for _ in 0..5 {
        press(&mut state, KeyCode::Down, after(500));
    }
    let before = state.place.events.selected().cloned();
    let mut request = asked(&press(&mut state, KeyCode::Char('r'), after(600))).remove(0);
    request.subject.part = Part::Page(None);
    let mut newer = answer(&request, after(700));
    let Body::Page(page) = &mut newer.body else {
        panic!("no page")
    };
    for minute in 1..4 {
        let at = now() - TimeDelta::minutes(4 - minute);
        page.rows.insert(0, event(at, None));
    }
    page.rows.truncate(EVENT_PAGE);
    let _ = update(
        &mut state,
        Action::Answered(Box::new(newer.clone())),
        after(700),
    );
    assert_eq!(state.place.events.selected().cloned(), before);
    assert_eq!(state.place.events.cursor(), 8);
    // From the top the list follows the newest.
    press(&mut state, KeyCode::Char('g'), after(800));
    let _ = update(&mut state, Action::Answered(Box::new(newer)), after(900));
    assert_eq!(
        state.place.events.selected().unwrap().event_timestamp,
        now() - TimeDelta::minutes(1)
    );
}
