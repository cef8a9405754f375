//! Whatever happens, in whatever order, leaves a screen that can be drawn.

use chrono::TimeDelta;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use proptest::prelude::*;
use sbw_queries::schema::SchemaState;
use sbw_tui::app::{Action, Link, LinkEvent, Mouse, update};
use sbw_tui::theme::{ChartMarker, Depth, Look, Tone};

use crate::common::answers::{answer, asked, fresh, now, size};
use crate::common::screen::draw;

fn any_action() -> impl Strategy<Value = Doing> {
    let keys = prop_oneof![
        8 => prop::sample::select("123456789 tlrb[]+-?jkhlgGqxsSczofeyYm:/nNC".chars().collect::<Vec<_>>()).prop_map(KeyCode::Char),
        4 => prop::sample::select(vec![
            KeyCode::Enter, KeyCode::Esc, KeyCode::Tab, KeyCode::BackTab, KeyCode::Up, KeyCode::Down,
            KeyCode::PageUp, KeyCode::PageDown, KeyCode::Home, KeyCode::End, KeyCode::Backspace,
            KeyCode::Left, KeyCode::Right, KeyCode::Delete,
        ]),
        1 => any::<char>().prop_map(KeyCode::Char),
    ];
    let schema = prop_oneof![
        Just(SchemaState::Current),
        Just(SchemaState::Missing),
        Just(SchemaState::NoRights),
        any::<i32>().prop_map(|found| SchemaState::Older { found }),
        any::<i32>().prop_map(|found| SchemaState::Newer { found }),
    ];
    prop_oneof![
        10 => keys.prop_map(Doing::Key),
        4 => Just(Doing::Answer),
        1 => (0_u16..220, 0_u16..80).prop_map(|(x, y)| Doing::Mouse(Mouse::Click(x, y))),
        1 => (-5_isize..6).prop_map(|rows| Doing::Mouse(Mouse::Wheel(rows))),
        3 => (0_i64..20_000).prop_map(Doing::Wait),
        1 => (0_u16..220, 0_u16..80).prop_map(|(width, height)| Doing::Resize(width, height)),
        1 => Just(Doing::Lose),
        2 => Just(Doing::Connect),
        1 => Just(Doing::Fail),
        1 => Just(Doing::Lock),
        1 => schema.prop_map(Doing::Schema),
    ]
}

#[derive(Debug, Clone)]
enum Doing {
    Key(KeyCode),
    Answer,
    Wait(i64),
    Mouse(Mouse),
    Resize(u16, u16),
    Lose,
    Connect,
    Fail,
    Lock,
    Schema(SchemaState),
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
                    state.keymap.action(state.focus(), event).map_or_else(Vec::new, |action| update(&mut state, action, at))
                }
                Doing::Answer => match open.pop() {
                    Some(request) => update(&mut state, Action::Answered(Box::new(answer(&request, at))), at),
                    None => Vec::new(),
                },
                Doing::Wait(milliseconds) => {
                    at += TimeDelta::milliseconds(milliseconds);
                    update(&mut state, Action::Tick, at)
                }
                Doing::Mouse(mouse) => update(&mut state, Action::Mouse(mouse), at),
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
                Doing::Schema(schema) => update(&mut state, Action::Link(LinkEvent::Schema(schema)), at),
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
            let range = state.place.period.resolve(at, &state.place.zone);
            prop_assert!(range.from() <= range.to());
            prop_assert!(state.place.events.cursor() <= state.place.events.len());
            prop_assert!(state.place.sessions.cursor() <= state.place.sessions.len());
        }
    }
}
