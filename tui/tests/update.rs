//! What keys, answers and time do to the state.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use chrono::{DateTime, TimeDelta, Utc};
use common::answers::{answer, asked, connected, draws, fresh, now, press, settle, showing, size};
use common::screen::draw;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use proptest::prelude::*;
use rstest::rstest;
use sbw_tui::app::{
    Action, EVENT_PAGE, Effect, Focus, Link, LinkEvent, Overlay, Part, State, TextEdit, View,
    update,
};
use sbw_tui::keymap;
use sbw_tui::period::Period;
use sbw_tui::theme::{ChartMarker, Depth, Look, Tone};

fn after(milliseconds: i64) -> DateTime<Utc> {
    now() + TimeDelta::milliseconds(milliseconds)
}

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
fn the_first_question_follows_the_connection() {
    let mut state = fresh(size(80, 24));
    assert!(asked(&update(&mut state, Action::Tick, after(60_000))).is_empty());
    let effects = update(&mut state, Action::Link(LinkEvent::Connected), now());
    assert_eq!(asked(&effects).len(), 1);
    assert_eq!(asked(&effects)[0].subject.view, View::Overview);
}

#[test]
fn twenty_changes_in_a_second_are_one_question_or_two() {
    let mut state = connected(size(80, 24));
    let mut questions = Vec::new();
    for change in 0..20 {
        let at = after(60_000 + change * 50);
        questions.extend(asked(&press(&mut state, KeyCode::Char('l'), at)));
        questions.extend(asked(&update(
            &mut state,
            Action::Tick,
            at + TimeDelta::milliseconds(40),
        )));
    }
    questions.extend(asked(&update(&mut state, Action::Tick, after(62_000))));
    assert!((1..=2).contains(&questions.len()), "{}", questions.len());
    assert_eq!(questions.last().unwrap().subject, state.subject());
}

#[test]
fn a_single_change_is_asked_within_a_blink() {
    let mut state = connected(size(80, 24));
    press(&mut state, KeyCode::Char('l'), after(60_000));
    let wakes = state.wakes_at().unwrap();
    assert!(wakes > after(60_000) && wakes <= after(60_100), "{wakes}");
    let questions = asked(&update(&mut state, Action::Tick, wakes));
    assert_eq!(
        questions[0].subject.filter.login.as_deref(),
        Some("logged_in")
    );
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
fn an_answer_to_an_older_question_never_takes_the_place_of_a_newer() {
    let mut state = connected(size(80, 24));
    press(&mut state, KeyCode::Char('l'), after(60_000));
    let first = asked(&update(&mut state, Action::Tick, after(60_100))).remove(0);
    press(&mut state, KeyCode::Char('l'), after(60_200));
    let late = answer(&first, after(60_300));
    let _ = update(&mut state, Action::Answered(Box::new(late)), after(60_300));
    assert!(state.is_behind());
    assert_ne!(state.shown_subject(), state.subject());
}

#[test]
fn coming_back_to_a_view_is_instant() {
    let mut state = showing(View::Funnel, size(80, 24));
    press(&mut state, KeyCode::Char('1'), after(500));
    assert!(!state.is_behind());
    press(&mut state, KeyCode::Char('2'), after(600));
    assert!(!state.is_behind());
    assert!(
        asked(&update(&mut state, Action::Tick, after(2_000))).is_empty(),
        "still fresh"
    );
}

#[test]
fn relative_ranges_move_with_the_clock_and_typed_ones_do_not() {
    let mut state = connected(size(80, 24));
    let later = now() + TimeDelta::minutes(1);
    let request = asked(&update(&mut state, Action::Tick, later)).remove(0);
    assert_eq!(request.range.to(), later);
    press(&mut state, KeyCode::Char('['), later);
    let fixed = state.place.period.resolve(later);
    assert_eq!(
        state.place.period.resolve(later + TimeDelta::hours(3)),
        fixed
    );
}

#[test]
fn refreshes_come_by_themselves_unless_paused() {
    let mut state = connected(size(80, 24));
    assert!(asked(&update(&mut state, Action::Tick, after(9_000))).is_empty());
    let request = asked(&update(&mut state, Action::Tick, after(10_500))).remove(0);
    let _ = update(
        &mut state,
        Action::Answered(Box::new(answer(&request, after(10_600)))),
        after(10_600),
    );
    press(&mut state, KeyCode::Char(' '), after(11_000));
    assert!(asked(&update(&mut state, Action::Tick, after(60_000))).is_empty());
    // A question that the reader changes is asked all the same.
    press(&mut state, KeyCode::Char('l'), after(61_000));
    assert_eq!(
        asked(&update(&mut state, Action::Tick, after(61_500))).len(),
        1
    );
}

#[test]
fn word_of_new_events_brings_the_refresh_forward_once() {
    let mut state = connected(size(80, 24));
    for word in 0..10 {
        let at = after(1_000 + word * 20);
        assert!(asked(&update(&mut state, Action::Link(LinkEvent::Loaded), at)).is_empty());
    }
    assert_eq!(
        asked(&update(&mut state, Action::Tick, after(1_301))).len(),
        1
    );
    assert!(
        asked(&update(&mut state, Action::Tick, after(1_400))).is_empty(),
        "one is on its way"
    );
}

#[test]
fn an_answer_that_says_nothing_new_is_not_drawn() {
    let mut state = showing(View::Pipeline, size(80, 24));
    let request = asked(&press(&mut state, KeyCode::Char('r'), after(500))).remove(0);
    let effects = update(
        &mut state,
        Action::Answered(Box::new(answer(&request, after(600)))),
        after(600),
    );
    assert!(!draws(&effects), "{effects:?}");
}

#[test]
fn time_is_drawn_only_when_a_text_changes() {
    let mut state = showing(View::Pipeline, size(80, 24));
    press(&mut state, KeyCode::Char(' '), now());
    assert!(!draws(&update(&mut state, Action::Tick, after(10_000))));
    let wakes = state.wakes_at().unwrap();
    assert!(wakes > after(10_000) && wakes <= after(62_000), "{wakes}");
    assert!(draws(&update(&mut state, Action::Tick, wakes)));
}

#[test]
fn a_lost_link_keeps_the_data_and_asks_again_when_it_is_back() {
    let mut state = connected(size(80, 24));
    let shown = state.shown().answer().cloned();
    let lost = |why: &str, at| LinkEvent::Lost {
        why: why.to_owned(),
        retry_at: at,
    };
    let _ = update(
        &mut state,
        Action::Link(lost("gone", after(1_000))),
        after(100),
    );
    assert!(asked(&update(&mut state, Action::Tick, after(20_000))).is_empty());
    let _ = update(
        &mut state,
        Action::Link(LinkEvent::Connecting),
        after(20_000),
    );
    let _ = update(
        &mut state,
        Action::Link(lost("still gone", after(25_000))),
        after(20_100),
    );
    let Link::Lost {
        since, tries, why, ..
    } = &state.link
    else {
        panic!("{:?}", state.link)
    };
    assert_eq!(
        (*since, *tries, why.as_str()),
        (after(100), 1, "still gone")
    );
    assert_eq!(state.shown().answer().cloned(), shown);
    let effects = press(&mut state, KeyCode::Char('r'), after(21_000));
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Reconnect))
    );
    let effects = update(
        &mut state,
        Action::Link(LinkEvent::Connected),
        after(26_000),
    );
    assert_eq!(asked(&effects).len(), 1);
}

#[test]
fn a_password_is_asked_for_sent_and_forgotten() {
    let mut state = fresh(size(80, 24));
    let wanted = LinkEvent::PasswordWanted {
        why: "it wants one".to_owned(),
    };
    let _ = update(&mut state, Action::Link(wanted), now());
    assert_eq!(state.focus(), Focus::Line);
    for letter in "q1?".chars() {
        press(&mut state, KeyCode::Char(letter), now());
    }
    let effects = press(&mut state, KeyCode::Enter, now());
    let sent = effects.iter().find_map(|effect| match effect {
        Effect::Password(password) => {
            Some(secrecy::ExposeSecret::expose_secret(password).to_owned())
        }
        _ => None,
    });
    assert_eq!(sent.as_deref(), Some("q1?"));
    assert_eq!(
        (state.overlay.clone(), state.link.clone()),
        (None, Link::Connecting)
    );
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
fn new_events_push_in_above_without_moving_the_reader() {
    let mut state = showing(View::Events, size(120, 40));
    for _ in 0..5 {
        press(&mut state, KeyCode::Down, after(500));
    }
    let before = state.place.events.selected().cloned();
    let mut request = asked(&press(&mut state, KeyCode::Char('r'), after(600))).remove(0);
    request.subject.part = Part::Page(None);
    let mut newer = answer(&request, after(700));
    let sbw_tui::app::Body::Page(page) = &mut newer.body else {
        panic!("no page")
    };
    for minute in 1..4 {
        let at = now() - TimeDelta::minutes(4 - minute);
        page.rows.insert(0, common::answers::event(at, None));
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

fn any_action() -> impl Strategy<Value = Doing> {
    let keys = prop_oneof![
        8 => prop::sample::select("1289 tlrb[]+-?jkhlgGqx".chars().collect::<Vec<_>>()).prop_map(KeyCode::Char),
        4 => prop::sample::select(vec![
            KeyCode::Enter, KeyCode::Esc, KeyCode::Tab, KeyCode::BackTab, KeyCode::Up, KeyCode::Down,
            KeyCode::PageUp, KeyCode::PageDown, KeyCode::Home, KeyCode::End, KeyCode::Backspace,
            KeyCode::Left, KeyCode::Right, KeyCode::Delete,
        ]),
        1 => any::<char>().prop_map(KeyCode::Char),
    ];
    prop_oneof![
        10 => keys.prop_map(Doing::Key),
        4 => Just(Doing::Answer),
        3 => (0_i64..20_000).prop_map(Doing::Wait),
        1 => (0_u16..220, 0_u16..80).prop_map(|(width, height)| Doing::Resize(width, height)),
        1 => Just(Doing::Lose),
        2 => Just(Doing::Connect),
        1 => Just(Doing::Fail),
        1 => Just(Doing::Lock),
    ]
}

#[derive(Debug, Clone)]
enum Doing {
    Key(KeyCode),
    Answer,
    Wait(i64),
    Resize(u16, u16),
    Lose,
    Connect,
    Fail,
    Lock,
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_can_happen_breaks_the_screen(doings in prop::collection::vec(any_action(), 1..80)) {
        let mut state = fresh(size(80, 24));
        let mut at = now();
        let mut open = Vec::new();
        let look = Look::new(Tone::Dark, Depth::Ansi16, ChartMarker::Braille, false);
        for doing in doings {
            at += TimeDelta::milliseconds(20);
            let effects = match doing {
                Doing::Key(code) => {
                    let event = KeyEvent::new(code, KeyModifiers::NONE);
                    keymap::action(state.focus(), event).map_or_else(Vec::new, |action| update(&mut state, action, at))
                }
                Doing::Answer => match open.pop() {
                    Some(request) => update(&mut state, Action::Answered(Box::new(answer(&request, at))), at),
                    None => Vec::new(),
                },
                Doing::Wait(milliseconds) => {
                    at += TimeDelta::milliseconds(milliseconds);
                    update(&mut state, Action::Tick, at)
                }
                Doing::Resize(width, height) => update(&mut state, Action::Resize(size(width, height)), at),
                Doing::Lose => {
                    let lost = LinkEvent::Lost { why: "gone".repeat(60), retry_at: at };
                    update(&mut state, Action::Link(lost), at)
                }
                Doing::Connect => update(&mut state, Action::Link(LinkEvent::Connected), at),
                Doing::Fail => match open.pop() {
                    Some(request) => update(&mut state, Action::Failed(request.subject, "no".to_owned()), at),
                    None => Vec::new(),
                },
                Doing::Lock => {
                    let wanted = LinkEvent::PasswordWanted { why: "it wants one".to_owned() };
                    update(&mut state, Action::Link(wanted), at)
                }
            };
            // A newer question takes the place of the one that waits.
            if let Some(request) = asked(&effects).pop() {
                prop_assert!(state.link == Link::Connected);
                open = vec![request];
            }
            if state.size.width > 0 && state.size.height > 0 {
                draw(&state, &look);
            }
            // A wake-up that leads to nothing would be a busy loop.
            at += TimeDelta::milliseconds(1);
            if let Some(request) = asked(&update(&mut state, Action::Tick, at)).pop() {
                open = vec![request];
            }
            prop_assert!(state.wakes_at().is_none_or(|wakes| wakes > at), "{state:?}");
            let range = state.place.period.resolve(at);
            prop_assert!(range.from() <= range.to());
            prop_assert!(state.place.events.cursor() <= state.place.events.len());
        }
    }
}
