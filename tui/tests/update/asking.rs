//! What is asked and when, and what is drawn because time goes by.

use chrono::{DateTime, TimeDelta, Utc};
use crossterm::event::KeyCode;
use rstest::rstest;
use sbw_queries::Zone;
use sbw_tui::app::{Action, LinkEvent, View, update};
use sbw_tui::period::Period;

use crate::after;
use crate::common::answers::{
    answer, asked, connected, draws, fresh, now, press, settle, showing, size,
};

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
    let fixed = state.place.period.resolve(later, &Zone::utc());
    assert_eq!(
        state
            .place
            .period
            .resolve(later + TimeDelta::hours(3), &Zone::utc()),
        fixed
    );
}

/// A dashboard stays open for weeks. `t`, down to the range, Enter.
#[rstest]
#[case::today(5, "2025-12-03T17:00:00Z", 5 * 60)]
#[case::yesterday(6, "2025-12-02T17:00:00Z", 24 * 3_600)]
#[case::last_7_days(2, "2025-11-26T17:05:00Z", 7 * 24 * 3_600)]
#[case::this_month(7, "2025-11-30T17:00:00Z", (3 * 24 * 60 + 5) * 60)]
fn ranges_follow_the_day_over_midnight_of_their_zone(
    #[case] row: usize,
    #[case] from: DateTime<Utc>,
    #[case] seconds: i64,
) {
    let mut state = connected(size(80, 24));
    press(&mut state, KeyCode::Char('z'), now());
    press(&mut state, KeyCode::Char('t'), now());
    press(&mut state, KeyCode::Char('g'), now());
    for _ in 0..row {
        press(&mut state, KeyCode::Down, now());
    }
    press(&mut state, KeyCode::Enter, now());
    settle(&mut state, now());
    // Five past midnight in Vietnam.
    let midnight = "2025-12-03T17:05:00Z".parse().unwrap();
    let request = asked(&update(&mut state, Action::Tick, midnight)).remove(0);
    assert_eq!(request.range.from(), from);
    assert_eq!(request.range.length().num_seconds(), seconds);
}

#[test]
fn this_month_follows_the_month() {
    let mut state = connected(size(80, 24));
    state.place.period = Period::ThisMonth;
    let new_year = "2026-01-01T00:10:00Z".parse().unwrap();
    let request = asked(&update(&mut state, Action::Tick, new_year)).remove(0);
    assert_eq!(
        request.range.from(),
        "2026-01-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap()
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
