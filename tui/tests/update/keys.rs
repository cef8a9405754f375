//! What a key does.

use chrono::TimeDelta;
use crossterm::event::KeyCode;
use rstest::rstest;
use sbw_tui::app::{Action, Overlay, TextEdit, View, update};
use sbw_tui::period::Period;

use crate::after;
use crate::common::answers::{any, asked, connected, draws, now, press, size};

#[test]
fn a_number_opens_its_view() {
    for from in View::ALL.into_iter().chain(View::DEEPER) {
        for view in View::ALL {
            let mut state = any(from, size(80, 24));
            let effects = press(&mut state, KeyCode::Char(view.number()), after(2_000));
            assert_eq!(state.place.view, view);
            assert!(draws(&effects) && asked(&effects).is_empty(), "{effects:?}");
        }
    }
}

#[rstest]
#[case(KeyCode::Tab, 1)]
#[case(KeyCode::BackTab, 8)]
fn tab_goes_round(#[case] key: KeyCode, #[case] steps: usize) {
    let mut state = connected(size(80, 24));
    for turn in 1..=9 {
        press(&mut state, key, now());
        assert_eq!(state.place.view, View::ALL[turn * steps % 9]);
    }
}

#[rstest]
fn keys_without_a_meaning_do_nothing(#[values('0', 'Z', 'Q', 'é')] key: char) {
    for view in View::ALL.into_iter().chain(View::DEEPER) {
        let mut state = any(view, size(80, 24));
        let before = state.clone();
        assert!(press(&mut state, KeyCode::Char(key), now()).is_empty());
        assert_eq!(state, before);
    }
}

#[test]
fn login_states_go_round() {
    let mut state = connected(size(80, 24));
    let mut seen = Vec::new();
    for _ in 0..6 {
        press(&mut state, KeyCode::Char('l'), now());
        seen.push(state.place.filter.login.clone());
    }
    let states = ["logged_in", "anonymous", "guest", "unknown", "other"];
    assert_eq!(seen[..5], states.map(|state| Some(state.to_owned())));
    assert_eq!(seen[5], None);
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
