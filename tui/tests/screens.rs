//! What the screens look like: every view at three sizes, in every dress.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use chrono::TimeDelta;
use common::answers::{answer, any, asked, connected, fresh, now, press, settle, showing, size};
use common::screen::{draw, dump, text};
use crossterm::event::KeyCode;
use rstest::rstest;
use sbw_queries::answers::raw::RawEvent;
use sbw_queries::schema::SchemaState;
use sbw_tui::app::{Action, Body, LinkEvent, State, View, update};
use sbw_tui::text::is_harmful;
use sbw_tui::theme::{ChartMarker, Depth, Look, Tone};

fn dark() -> Look {
    Look::new(Tone::Dark, Depth::True, ChartMarker::Braille, false)
}

fn snapshot(name: &str, state: &State, look: &Look) {
    insta::assert_snapshot!(name, dump(&draw(state, look)));
}

fn views() -> impl Iterator<Item = View> {
    View::ALL.into_iter().chain(View::DEEPER)
}

fn dresses() -> [(&'static str, Look); 4] {
    let look = |tone, ascii| Look::new(tone, Depth::True, ChartMarker::Braille, ascii);
    [
        ("dark", look(Tone::Dark, false)),
        ("light", look(Tone::Light, false)),
        ("mono", look(Tone::Mono, false)),
        ("ascii", look(Tone::Dark, true)),
    ]
}

#[rstest]
fn every_view_at_every_size_in_every_dress(
    #[values((80, 24), (120, 40), (200, 60))] (width, height): (u16, u16),
) {
    for view in views() {
        let state = any(view, size(width, height));
        for (dress, look) in dresses() {
            let name = format!("{}-{width}x{height}-{dress}", view.slug());
            snapshot(&name, &state, &look);
        }
    }
}

/// With the period before beside it.
#[rstest]
fn every_view_compared(#[values((80, 24), (160, 48))] (width, height): (u16, u16)) {
    for view in View::ALL.into_iter().filter(|view| view.compares()) {
        let mut state = any(view, size(width, height));
        press(&mut state, KeyCode::Char('c'), now());
        settle(&mut state, now());
        let name = format!("{}-{width}x{height}-compared", view.slug());
        snapshot(&name, &state, &dark());
    }
}

#[rstest]
#[case::overview(View::Overview)]
#[case::sessions(View::Sessions)]
fn the_cursor_on_a_chart(#[case] view: View) {
    let mut state = showing(view, size(100, 30));
    for _ in 0..9 {
        press(&mut state, KeyCode::Left, now());
    }
    snapshot(&format!("{}-point", view.slug()), &state, &dark());
}

#[rstest]
#[case::colours_256(
    "256",
    Look::new(Tone::Dark, Depth::Ansi256, ChartMarker::Braille, false)
)]
#[case::colours_16("16", Look::new(Tone::Dark, Depth::Ansi16, ChartMarker::Block, false))]
#[case::dots("dots", Look::new(Tone::Mono, Depth::True, ChartMarker::Dot, false))]
fn the_overview_with_fewer_colours(#[case] name: &str, #[case] look: Look) {
    snapshot(&format!("overview-{name}"), &connected(size(80, 24)), &look);
}

#[rstest]
fn ascii_is_ascii(#[values('x', '?', 't', 'c')] key: char) {
    let look = Look::new(Tone::Dark, Depth::Ansi16, ChartMarker::Braille, true);
    for view in views() {
        let mut state = any(view, size(120, 40));
        press(&mut state, KeyCode::Char(key), now());
        settle(&mut state, now());
        let drawn = text(&draw(&state, &look));
        // The shop's own words may be Vietnamese; all that is ours may not.
        let foreign = |letter: char| letter.is_alphabetic() && !letter.is_ascii();
        let strange = drawn
            .chars()
            .filter(|letter| !letter.is_ascii() && !foreign(*letter));
        assert_eq!(strange.collect::<Vec<_>>(), Vec::<char>::new(), "{drawn}");
    }
}

/// Every time on the screen is by the clocks of the zone, and says so.
#[rstest]
fn every_view_by_the_clocks_of_a_zone(#[values((80, 24), (200, 50))] (width, height): (u16, u16)) {
    for view in views() {
        let mut state = any(view, size(width, height));
        let before = text(&draw(&state, &dark()));
        press(&mut state, KeyCode::Char('z'), now());
        settle(&mut state, now());
        let drawn = text(&draw(&state, &dark()));
        assert!(drawn.contains("UTC+7"), "{view:?}\n{drawn}");
        assert!(
            !drawn.replace("UTC+7", "").contains("UTC"),
            "{view:?}\n{drawn}"
        );
        // Nothing is left as it was: the hour of each time is another.
        assert!(
            before.contains("data to 13:02") && drawn.contains("data to 20:02"),
            "{drawn}"
        );
        snapshot(
            &format!("{}-{width}x{height}-zone", view.slug()),
            &state,
            &dark(),
        );
    }
}

/// Nothing is cut without a sign of it: a line that reaches the edge in the
/// middle of a word would be.
#[rstest]
fn the_last_drill_stays_in_sight(#[values(80, 120)] width: u16) {
    let mut state = showing(View::Categories, size(width, 40));
    for _ in 0..4 {
        press(&mut state, KeyCode::Enter, now());
        settle(&mut state, now());
    }
    assert_eq!(state.place.view, View::Session);
    let drawn = text(&draw(&state, &dark()));
    let crumbs = drawn.lines().nth(2).unwrap();
    for crumb in ["› category k", "› brand AULA", "› product ", "› session s-"] {
        assert!(crumbs.contains(crumb), "{crumbs}");
    }
    assert!(!crumbs.contains("›  "), "{crumbs}");
}

#[test]
fn the_help() {
    let mut state = connected(size(100, 50));
    press(&mut state, KeyCode::Char('?'), now());
    snapshot("help", &state, &dark());
    let mut state = connected(size(80, 24));
    press(&mut state, KeyCode::Char('?'), now());
    press(&mut state, KeyCode::Char('G'), now());
    snapshot("help-80x24-scrolled", &state, &dark());
}

#[test]
fn the_range_menu_and_a_typed_range() {
    let mut state = connected(size(80, 24));
    press(&mut state, KeyCode::Char('t'), now());
    snapshot("range-menu", &state, &dark());
    press(&mut state, KeyCode::Char('G'), now());
    press(&mut state, KeyCode::Enter, now());
    for letter in "2025-12-01..x".chars() {
        press(&mut state, KeyCode::Char(letter), now());
    }
    press(&mut state, KeyCode::Enter, now());
    snapshot("range-typed-wrong", &state, &dark());
}

#[test]
fn a_lost_link_shows_itself_and_the_old_data() {
    let mut state = connected(size(80, 24));
    let later = now() + TimeDelta::minutes(7);
    let lost = LinkEvent::Lost {
        why: "Nothing listens for clickstream_dw@localhost:5432; check host and port, and that the tunnel or the server runs.".to_owned(),
        retry_at: later + TimeDelta::milliseconds(7_200),
    };
    let _ = update(&mut state, Action::Link(lost), later);
    snapshot("link-lost", &state, &dark());
}

#[test]
fn a_wanted_password() {
    let mut state = fresh(size(80, 24));
    let why = "The server wants a password for sbw_reader.".to_owned();
    let _ = update(
        &mut state,
        Action::Link(LinkEvent::PasswordWanted { why }),
        now(),
    );
    press(&mut state, KeyCode::Char('x'), now());
    snapshot("password", &state, &dark());
    assert!(
        !format!("{state:?}").contains("\"x\""),
        "a password shows in debug output"
    );
}

#[test]
fn before_anything_is_heard() {
    snapshot("connecting", &fresh(size(80, 24)), &dark());
}

#[test]
fn a_question_without_an_answer_says_why() {
    let mut state = showing(View::Funnel, size(80, 24));
    let why =
        "The warehouse is missing or older than this program; an operator runs `sbw-etl migrate`.";
    let subject = state.subject();
    let _ = update(&mut state, Action::Failed(subject, why.to_owned()), now());
    snapshot("failed", &state, &dark());
}

#[rstest]
#[case::missing("schema-missing", 100, SchemaState::Missing)]
#[case::no_rights("schema-no-rights", 80, SchemaState::NoRights)]
fn a_schema_of_another_kind_is_told_and_what_to_do(
    #[case] name: &str,
    #[case] width: u16,
    #[case] schema: SchemaState,
) {
    let mut state = connected(size(width, 24));
    let _ = update(&mut state, Action::Link(LinkEvent::Schema(schema)), now());
    snapshot(name, &state, &dark());
}

#[test]
fn an_older_answer_keeps_its_own_heading() {
    let mut state = connected(size(80, 24));
    press(&mut state, KeyCode::Char('l'), now());
    let drawn = text(&draw(&state, &dark()));
    let crumbs = drawn.lines().nth(2).unwrap();
    assert!(
        crumbs.starts_with(" last 24 h  ")
            && crumbs.contains("loading last 24 h › login logged_in"),
        "{crumbs}"
    );
    assert!(
        !crumbs.trim_start().starts_with("last 24 h › login"),
        "{crumbs}"
    );
    settle(&mut state, now() + TimeDelta::seconds(1));
    let drawn = text(&draw(&state, &dark()));
    let crumbs = drawn.lines().nth(2).unwrap();
    assert!(
        crumbs.contains("UTC › login logged_in") && !crumbs.contains("loading"),
        "{crumbs}"
    );
}

#[rstest]
#[case(40, 10)]
#[case(79, 24)]
#[case(80, 23)]
fn a_small_terminal_is_told_so(#[case] width: u16, #[case] height: u16) {
    let drawn = text(&draw(&connected(size(width, height)), &dark()));
    assert!(
        drawn.contains(&format!("It is {width}x{height}; 80x24 is enough.")),
        "{drawn}"
    );
}

#[test]
fn one_event_in_full() {
    let mut state = showing(View::Events, size(80, 24));
    press(&mut state, KeyCode::Enter, now());
    snapshot("event-80x24", &state, &dark());
    let mut state = showing(View::Events, size(120, 40));
    press(&mut state, KeyCode::Enter, now());
    press(&mut state, KeyCode::Char('j'), now());
    snapshot("event-120x40", &state, &dark());
}

#[test]
fn the_funnel_compared() {
    let mut state = showing(View::Funnel, size(120, 40));
    press(&mut state, KeyCode::Char('b'), now());
    settle(&mut state, now());
    snapshot("funnel-by-login", &state, &dark());
}

/// What strangers put into their events.
const HOSTILE: [&str; 9] = [
    "\u{1b}[31mred\u{1b}[0m\u{1b}]52;c;aGk=\u{7}",
    "\u{202e}gnp.exe\u{2066}",
    "zero\u{200b}\u{200d}\u{feff}width",
    "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    "👨\u{200d}👩\u{200d}👧\u{200d}👦 🇻🇳 👍🏽 ❤\u{fe0f}",
    "line\nbreak\r\ttab\0nul",
    "=cmd|' /C calc'!A0",
    "漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字",
    "\u{9b}31m\u{85}\u{e0041}\u{fff9}",
];

#[test]
fn hostile_text_is_harmless_and_columns_stay_aligned() {
    for (width, height) in [(80, 24), (120, 40), (200, 60)] {
        let mut state = showing(View::Events, size(width, height));
        let effects = press(&mut state, KeyCode::Char('r'), now());
        let mut answer = answer(&asked(&effects)[0], now());
        let Body::Page(page) = &mut answer.body else {
            panic!("no page")
        };
        page.rows.truncate(HOSTILE.len() + 1);
        let long = "x".repeat(10_000);
        for (row, text) in page
            .rows
            .iter_mut()
            .zip(HOSTILE.into_iter().chain([&*long]))
        {
            poison(row, text);
        }
        let _ = update(&mut state, Action::Answered(Box::new(answer)), now());
        if (width, height) == (80, 24) {
            snapshot("Events-hostile", &state, &dark());
        }
        for open in [false, true] {
            if open {
                press(&mut state, KeyCode::Enter, now());
            }
            let buffer = draw(&state, &dark());
            for cell in &buffer.content {
                assert!(
                    !cell.symbol().chars().any(is_harmful),
                    "{:?}",
                    cell.symbol()
                );
            }
        }
        let buffer = draw(&showing(View::Events, size(width, height)), &dark());
        let plain = text(&buffer);
        press(&mut state, KeyCode::Enter, now());
        let poisoned = text(&draw(&state, &dark()));
        let money = |drawn: &str| {
            let line = drawn.lines().nth(4).unwrap().to_owned();
            let at = line.find('₫').unwrap();
            sbw_tui::text::width(&line[..at])
        };
        assert_eq!(money(&plain), money(&poisoned), "{poisoned}");
    }
}

fn poison(row: &mut RawEvent, text: &str) {
    text.clone_into(&mut row.event_name);
    for field in [
        &mut row.user_id,
        &mut row.user_login_state,
        &mut row.identity_source,
        &mut row.client_id,
        &mut row.session_id,
        &mut row.context_product_id,
        &mut row.context_product_name,
        &mut row.context_product_category,
        &mut row.context_product_brand,
        &mut row.context_product_url_path,
    ] {
        *field = Some(text.to_owned());
    }
    row.context_product_price = Some(1_990_000);
    row.context_product_discount_price = Some(1_790_000);
}

#[rstest]
#[case::filters("filters", View::Overview, "fx")]
#[case::export("export", View::Products, "e")]
#[case::columns("columns", View::Events, "Cj jj ")]
#[case::palette("palette", View::Funnel, ":the")]
#[case::search("search", View::Products, "/ban phim")]
#[case::found_nothing("found-nothing", View::Brands, "/nothing\r")]
#[case::copied("copied", View::Brands, "jy")]
fn what_lies_over_a_view(#[case] name: &str, #[case] view: View, #[case] keys: &str) {
    for ((width, height), look) in [((80, 24), dark()), ((120, 40), dresses()[2].1)] {
        let mut state = showing(view, size(width, height));
        for key in keys.chars() {
            let code = if key == '\r' {
                KeyCode::Enter
            } else {
                KeyCode::Char(key)
            };
            press(&mut state, code, now());
        }
        snapshot(&format!("{name}-{width}x{height}"), &state, &look);
    }
}
