//! From a number to what it counts, and exactly back.

use chrono::TimeDelta;
use crossterm::event::KeyCode;
use rstest::rstest;
use sbw_queries::Filter;
use sbw_queries::Zone;
use sbw_queries::answers::session_list::{AtStep, Outcome};
use sbw_tui::app::{Action, Body, Cell, Place, State, View, update};
use sbw_tui::period::Period;

use crate::after;
use crate::common::answers::{answer, any, asked, draws, now, press, settle, showing, size, week};

fn keys(state: &mut State, keys: &[KeyCode]) {
    for key in keys {
        press(state, *key, now());
        settle(state, now());
    }
}

const ENTER: KeyCode = KeyCode::Enter;
const DOWN: KeyCode = KeyCode::Down;
const LEFT: KeyCode = KeyCode::Left;
const RIGHT: KeyCode = KeyCode::Right;

fn only(field: &str, value: &str) -> Filter {
    let value = Some(value.to_owned());
    match field {
        "login" => Filter {
            login: value,
            ..Filter::default()
        },
        "category" => Filter {
            category: value,
            ..Filter::default()
        },
        "brand" => Filter {
            brand: value,
            ..Filter::default()
        },
        "product" => Filter {
            product: value,
            ..Filter::default()
        },
        _ => Filter {
            event: value,
            ..Filter::default()
        },
    }
}

#[rstest]
#[case::event(View::Overview, &[DOWN, DOWN], View::Events, only("event", "click"))]
#[case::login(View::Overview, &[DOWN; 11], View::Events, only("login", "logged_in"))]
#[case::no_login(View::Overview, &[DOWN; 13], View::Events, only("login", "unknown"))]
#[case::other_logins(View::Overview, &[DOWN; 14], View::Events, only("login", "other"))]
#[case::category(View::Categories, &[DOWN], View::Brands, only("category", "laptop"))]
#[case::no_category(View::Categories, &[KeyCode::End], View::Brands, only("category", "UNKNOWN"))]
#[case::brand(View::Brands, &[DOWN, DOWN], View::Products, only("brand", "Logitech"))]
#[case::product(View::Products, &[DOWN, DOWN], View::Sessions, only("product", "p-2"))]
#[case::searched_order(View::Products, &[KeyCode::Char('s')], View::Sessions, only("product", "p-0"))]
#[case::other_order(View::Products, &[KeyCode::Char('S')], View::Sessions, only("product", "p-39"))]
fn each_drill_adds_one_filter(
    #[case] from: View,
    #[case] before: &[KeyCode],
    #[case] to: View,
    #[case] filter: Filter,
) {
    let mut state = showing(from, size(120, 40));
    keys(&mut state, before);
    let left = state.place.clone();
    keys(&mut state, &[ENTER]);
    assert_eq!((state.place.view, &state.place.filter), (to, &filter));
    assert_eq!(state.place.period, left.period);
    back_to(&mut state, &left);
}

/// Wherever the reader goes from there, the way back ends where it was left.
fn back_to(state: &mut State, left: &Place) {
    keys(
        state,
        &[
            KeyCode::PageDown,
            KeyCode::End,
            DOWN,
            KeyCode::Esc,
            KeyCode::Esc,
        ],
    );
    assert_eq!(state.place, *left);
    assert!(!state.is_behind(), "what was there is still known");
}

#[test]
fn the_whole_chain_and_the_whole_way_back() {
    let mut state = showing(View::Categories, size(120, 40));
    let mut places = Vec::new();
    for view in [View::Brands, View::Products, View::Sessions, View::Session] {
        keys(&mut state, &[DOWN, DOWN]);
        places.push(state.place.clone());
        keys(&mut state, &[ENTER]);
        assert_eq!(state.place.view, view);
    }
    assert_eq!(
        state.place.filter,
        Filter {
            category: Some("mouse".to_owned()),
            brand: Some("Logitech".to_owned()),
            product: Some("p-2".to_owned()),
            ..Filter::default()
        }
    );
    keys(&mut state, &[DOWN, ENTER]);
    assert!(state.place.event_open, "one event in full");
    keys(&mut state, &[KeyCode::Esc]);
    for place in places.iter().rev() {
        keys(&mut state, &[KeyCode::Backspace]);
        assert_eq!(state.place, *place);
    }
    assert!(
        press(&mut state, KeyCode::Esc, now()).is_empty(),
        "there is nowhere further back"
    );
}

#[rstest]
#[case::reached(&[DOWN, DOWN], 3, Outcome::Reached, 1_000)]
#[case::dropped(&[DOWN, DOWN, RIGHT], 2, Outcome::Dropped, 760)]
#[case::last(&[KeyCode::End], 4, Outcome::Reached, 560)]
fn a_step_opens_its_sessions(
    #[case] before: &[KeyCode],
    #[case] step: i32,
    #[case] outcome: Outcome,
    #[case] sessions: i64,
) {
    let mut state = showing(View::Funnel, size(120, 40));
    keys(&mut state, before);
    let left = state.place.clone();
    keys(&mut state, &[ENTER]);
    assert_eq!(state.place.view, View::StepSessions);
    let at = AtStep { step, outcome };
    assert_eq!(state.place.at_step, Some(at));
    let Some(Body::StepSessions(screen)) = state.shown().answer().map(|answer| &answer.body) else {
        panic!("no sessions")
    };
    assert_eq!(screen.count(at), sessions);
    back_to(&mut state, &left);
}

#[rstest]
#[case::nobody_drops_before_the_first(View::Funnel, &[RIGHT], "Nobody drops out")]
#[case::a_group_is_no_filter(View::Funnel, &[KeyCode::Char('b')], "a filter of events")]
#[case::a_product_without_an_id(View::Products, &[DOWN; 5], "by its name only")]
fn what_cannot_be_opened_says_why(
    #[case] view: View,
    #[case] before: &[KeyCode],
    #[case] words: &str,
) {
    let mut state = showing(view, size(120, 40));
    keys(&mut state, before);
    let left = state.place.clone();
    assert!(draws(&press(&mut state, ENTER, now())));
    assert_eq!(state.place, left);
    assert!(
        state.remark().is_some_and(|said| said.contains(words)),
        "{:?}",
        state.remark()
    );
    // It goes by itself.
    let wakes = state.wakes_at().unwrap();
    assert!(wakes <= after(6_000));
    assert!(draws(&update(&mut state, Action::Tick, after(6_100))));
    assert_eq!(state.remark(), None);
}

#[test]
fn a_point_in_time_opens_that_time() {
    let mut state = showing(View::Overview, size(120, 40));
    keys(&mut state, &[LEFT, LEFT, LEFT, RIGHT]);
    assert_eq!(state.place.point, Some(1));
    let left = state.place.clone();
    let Some(Body::Overview(screen)) = state.shown().answer().map(|answer| answer.body.clone())
    else {
        panic!("no overview")
    };
    let points = &screen.timeseries.points;
    keys(&mut state, &[ENTER]);
    assert_eq!(state.place.view, View::Overview);
    let range = state.place.period.resolve(now(), &Zone::utc());
    assert_eq!(
        (range.from(), range.to()),
        (points[points.len() - 2].t, points[points.len() - 1].t)
    );
    assert!(state.place.period.is_fixed());
    keys(&mut state, &[KeyCode::Esc]);
    assert_eq!(state.place, left);
    keys(&mut state, &[KeyCode::Esc]);
    assert_eq!(state.place.point, None, "back on the list");
}

#[test]
fn the_newest_point_ends_where_the_range_does() {
    let mut state = showing(View::Sessions, size(120, 40));
    let whole = state.shown().answer().unwrap().range;
    keys(&mut state, &[LEFT, ENTER]);
    assert_eq!(state.place.view, View::Sessions);
    let range = state.place.period.resolve(now(), &Zone::utc());
    assert_eq!(range.to(), whole.to());
    assert_eq!(range.from(), now() - TimeDelta::minutes(6), "13:00");
}

#[test]
fn a_cell_opens_the_hours_it_adds_up_and_an_hour_its_overview() {
    let mut state = showing(View::Activity, size(120, 40));
    keys(&mut state, &[DOWN, DOWN, RIGHT, RIGHT, RIGHT, LEFT]);
    assert_eq!(
        state.place.cell,
        Cell {
            weekday: 2,
            hour: 2
        }
    );
    let left = state.place.clone();
    keys(&mut state, &[ENTER, DOWN]);
    assert_eq!(state.place.view, View::Hours);
    let hours = state.place.clone();
    keys(&mut state, &[ENTER]);
    assert_eq!(state.place.view, View::Overview);
    let range = state.place.period.resolve(now(), &Zone::utc());
    assert_eq!(
        Period::Fixed(range).words(&Zone::utc()),
        "26 Nov 2025 02:00 to 03:00"
    );
    keys(&mut state, &[KeyCode::Esc]);
    assert_eq!(state.place, hours);
    keys(&mut state, &[KeyCode::Esc]);
    assert_eq!(state.place, left);
}

#[test]
fn an_event_leads_to_its_session() {
    let mut state = showing(View::Events, size(120, 40));
    keys(&mut state, &[DOWN, DOWN]);
    let id = state
        .place
        .events
        .selected()
        .unwrap()
        .session_id
        .clone()
        .unwrap();
    keys(&mut state, &[KeyCode::Char('o')]);
    assert_eq!(state.place.view, View::Session);
    let Some(Body::Session(session)) = state.shown().answer().map(|answer| &answer.body) else {
        panic!("no session")
    };
    assert_eq!(session.session_id, id);
}

#[test]
fn another_session_never_stands_under_this_ones_heading() {
    let mut state = showing(View::Sessions, size(120, 40));
    keys(&mut state, &[ENTER]);
    assert!(state.shown().answer().is_some());
    keys(&mut state, &[KeyCode::Esc, DOWN]);
    press(&mut state, ENTER, now());
    assert!(
        state.shown().answer().is_none(),
        "the other one is not shown meanwhile"
    );
}

/// An answer of another week has another order; the cursor stays on its product.
#[test]
fn the_cursor_follows_its_row() {
    let mut state = showing(View::Products, size(120, 40));
    keys(&mut state, &[DOWN, DOWN]);
    let request = asked(&press(&mut state, KeyCode::Char('r'), after(500))).remove(0);
    let mut other = answer(&request, after(600));
    let Body::Products(rows) = &mut other.body else {
        panic!("no products")
    };
    let row = rows.remove(2);
    rows.insert(7, row);
    let _ = update(&mut state, Action::Answered(Box::new(other)), after(600));
    assert_eq!(state.place.products.row(), 7);
}

#[test]
fn screens_that_no_tab_has_belong_to_one() {
    for view in View::DEEPER {
        let state = any(view, size(80, 24));
        assert!(View::ALL.contains(&state.place.view.tab()));
    }
    assert!(week(1).busiest.is_some());
}

#[test]
fn sorting_goes_through_the_columns_and_round() {
    let mut state = showing(View::Categories, size(120, 40));
    let mut seen = Vec::new();
    for _ in 0..7 {
        keys(&mut state, &[KeyCode::Char('s')]);
        seen.push(state.place.categories.sort);
    }
    seen.dedup();
    assert_eq!(seen.len(), 7, "{seen:?}");
    let mut state = showing(View::Categories, size(120, 40));
    keys(&mut state, &[KeyCode::Char('s'); 6]);
    keys(&mut state, &[ENTER]);
    assert_eq!(
        state.place.filter.category.as_deref(),
        Some("headphone"),
        "by name"
    );
}

#[test]
fn the_clocks_of_another_zone_are_another_question() {
    for view in View::ALL.into_iter().filter(|view| view.is_of_a_range()) {
        let mut state = showing(view, size(120, 40));
        let utc = state.subject();
        keys(&mut state, &[KeyCode::Char('z')]);
        assert_eq!(state.place.zone.as_str(), "Asia/Ho_Chi_Minh");
        assert_ne!(state.subject(), utc);
        keys(&mut state, &[KeyCode::Char('z')]);
        assert_eq!(state.subject(), utc);
    }
}

#[test]
fn comparing_asks_for_the_period_before_too() {
    for view in View::ALL.into_iter().filter(|view| view.compares()) {
        let mut state = showing(view, size(120, 40));
        keys(&mut state, &[KeyCode::Char('c')]);
        assert!(
            state
                .shown()
                .answer()
                .is_some_and(|answer| answer.before.is_some()),
            "{view:?}"
        );
        keys(&mut state, &[KeyCode::Char('c')]);
        assert!(
            state
                .shown()
                .answer()
                .is_some_and(|answer| answer.before.is_none()),
            "{view:?}"
        );
    }
}
