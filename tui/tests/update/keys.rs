//! What a key does.

use chrono::TimeDelta;
use crossterm::event::KeyCode;
use rstest::rstest;
use sbw_tui::app::{Action, Overlay, TextEdit, View, update};
use sbw_tui::period::Period;

use crate::after;
use crate::common::answers::{asked, connected, draws, now, press, settle, showing, size};

#[rstest]
#[case('1', View::Overview)]
#[case('2', View::Funnel)]
#[case('8', View::Events)]
#[case('9', View::Pipeline)]
fn a_number_opens_its_view(
    #[case] key: char,
    #[case] view: View,
    #[values(View::Overview, View::Funnel, View::Events, View::Pipeline)] from: View,
) {
    let mut state = showing(from, size(80, 24));
    let effects = press(&mut state, KeyCode::Char(key), after(2_000));
    assert_eq!(state.place.view, view);
    assert!(draws(&effects) && asked(&effects).is_empty(), "{effects:?}");
}

#[rstest]
#[case(KeyCode::Tab, [View::Funnel, View::Events, View::Pipeline, View::Overview])]
#[case(KeyCode::BackTab, [View::Pipeline, View::Events, View::Funnel, View::Overview])]
fn tab_goes_round(#[case] key: KeyCode, #[case] views: [View; 4]) {
    let mut state = connected(size(80, 24));
    for view in views {
        press(&mut state, key, now());
        assert_eq!(state.place.view, view);
    }
}

#[rstest]
fn keys_without_a_meaning_do_nothing(
    #[values(View::Overview, View::Funnel, View::Events, View::Pipeline)] view: View,
    #[values('3', '7', 'z', 'Q', 'é')] key: char,
) {
    let mut state = showing(view, size(80, 24));
    let before = state.clone();
    assert!(press(&mut state, KeyCode::Char(key), now()).is_empty());
    assert_eq!(state, before);
}

#[test]
fn login_states_go_round() {
    let mut state = connected(size(80, 24));
    let mut seen = Vec::new();
    for _ in 0..5 {
        press(&mut state, KeyCode::Char('l'), now());
        seen.push(state.place.filter.login.clone());
    }
    let states = ["logged_in", "anonymous", "guest", "unknown"].map(|state| Some(state.to_owned()));
    assert_eq!(seen[..4], states);
    assert_eq!(seen[4], None);
}

#[test]
fn a_typed_range_is_used_or_explained() {
    let mut state = connected(size(80, 24));
    press(&mut state, KeyCode::Char('t'), now());
    press(&mut state, KeyCode::Char('G'), now());
    press(&mut state, KeyCode::Enter, now());
    let _ = update(
        &mut state,
        Action::Edit(TextEdit::Insert("soon".to_owned())),
        now(),
    );
    press(&mut state, KeyCode::Enter, now());
    let Some(Overlay::Range {
        problem: Some(problem),
        ..
    }) = &state.overlay
    else {
        panic!("{:?}", state.overlay)
    };
    assert!(problem.contains("24h"), "{problem}");
    let _ = update(&mut state, Action::Edit(TextEdit::Clear), now());
    let _ = update(
        &mut state,
        Action::Edit(TextEdit::Insert("36h".to_owned())),
        now(),
    );
    press(&mut state, KeyCode::Enter, now());
    assert_eq!(state.overlay, None);
    assert_eq!(state.place.period, Period::last(TimeDelta::hours(36)));
}

#[test]
fn a_drill_keeps_what_the_bar_counted_and_the_way_back_is_exact() {
    let mut state = connected(size(80, 24));
    press(&mut state, KeyCode::Char('j'), now());
    press(&mut state, KeyCode::Char('j'), now());
    let left = state.place.clone();
    press(&mut state, KeyCode::Enter, now());
    assert_eq!(state.place.view, View::Events);
    assert_eq!(state.place.filter.event.as_deref(), Some("click"));
    settle(&mut state, now());
    press(&mut state, KeyCode::Char('G'), now());
    press(&mut state, KeyCode::Enter, now());
    press(&mut state, KeyCode::Esc, now());
    assert_eq!(
        state.place.view,
        View::Events,
        "the first step back closes the event"
    );
    press(&mut state, KeyCode::Esc, now());
    assert_eq!(state.place, left);
    assert!(
        press(&mut state, KeyCode::Esc, now()).is_empty(),
        "there is nowhere further back"
    );
}
