//! Searching, filtering, exporting, copying, the palette, the mouse.

use crossterm::event::KeyCode;
use rstest::rstest;
use sbw_tui::app::{
    Action, Command, Effect, EventColumn, ExportFormat, Mouse, State, View, palette_entries, update,
};
use sbw_tui::layout;
use sbw_tui::theme::Tone;

use crate::after;
use crate::common::answers::{any, connected, now, press, settle, showing, size};

fn type_in(state: &mut State, text: &str) {
    for letter in text.chars() {
        press(state, KeyCode::Char(letter), now());
    }
}

fn click(state: &mut State, x: u16, y: u16) -> Vec<Effect> {
    update(state, Action::Mouse(Mouse::Click(x, y)), now())
}

#[rstest]
#[case("ban phim", 7)]
#[case("LAPTOP", 7)]
#[case("p-39", 1)]
#[case("3s v", 6)]
#[case("nothing like it", 0)]
fn a_search_narrows_a_table_down_as_it_is_typed(#[case] typed: &str, #[case] rows: usize) {
    let mut state = showing(View::Products, size(120, 40));
    press(&mut state, KeyCode::Char('/'), now());
    type_in(&mut state, typed);
    press(&mut state, KeyCode::End, now());
    press(&mut state, KeyCode::Enter, now());
    assert_eq!(state.overlay, None);
    press(&mut state, KeyCode::Char('G'), now());
    assert_eq!(state.place.products.row(), rows.saturating_sub(1));
    press(&mut state, KeyCode::Esc, now());
    assert_eq!(state.place.products.search, "");
    press(&mut state, KeyCode::Char('G'), now());
    assert_eq!(state.place.products.row(), 39);
}

#[test]
fn a_search_that_is_given_up_changes_nothing() {
    let mut state = showing(View::Products, size(120, 40));
    press(&mut state, KeyCode::Char('/'), now());
    type_in(&mut state, "laptop");
    assert_eq!(state.place.products.search, "laptop");
    press(&mut state, KeyCode::Esc, now());
    assert_eq!(
        (state.overlay, state.place.products.search.as_str()),
        (None, "")
    );
}

#[test]
fn in_a_list_the_cursor_goes_to_the_next_match_and_round() {
    let mut state = showing(View::Events, size(120, 40));
    press(&mut state, KeyCode::Char('/'), now());
    type_in(&mut state, "checkout");
    press(&mut state, KeyCode::Enter, now());
    let first = state.place.events.cursor();
    let name = |state: &State| state.place.events.selected().unwrap().event_name.clone();
    assert_eq!(name(&state), "checkout_complete");
    press(&mut state, KeyCode::Char('n'), now());
    assert_eq!(state.place.events.cursor(), first + 3);
    press(&mut state, KeyCode::Char('N'), now());
    assert_eq!(state.place.events.cursor(), first);
    for _ in 0..2 {
        press(&mut state, KeyCode::Char('N'), now());
    }
    assert_eq!(name(&state), "checkout_complete");
    assert!(state.place.events.cursor() > 100, "round the end");
    press(&mut state, KeyCode::Char('/'), now());
    type_in(&mut state, "zzz");
    press(&mut state, KeyCode::Enter, now());
    assert!(
        state
            .remark()
            .is_some_and(|words| words.contains("None of the"))
    );
}

#[test]
fn filters_are_edited_completed_and_kept() {
    let mut state = connected(size(120, 40));
    press(&mut state, KeyCode::Char('f'), now());
    press(&mut state, KeyCode::Down, now());
    type_in(&mut state, "Keyboard, any=1");
    press(&mut state, KeyCode::Down, now());
    press(&mut state, KeyCode::Down, now());
    press(&mut state, KeyCode::Tab, now());
    type_in(&mut state, "wish");
    press(&mut state, KeyCode::Tab, now());
    press(&mut state, KeyCode::Enter, now());
    let filter = &state.place.filter;
    assert_eq!(
        filter.category.as_deref(),
        Some("Keyboard, any=1"),
        "as it was typed"
    );
    assert_eq!(
        filter.event.as_deref(),
        Some("wishlist_toggle"),
        "completed"
    );
    assert_eq!(
        (&filter.login, &filter.brand, &filter.product),
        (&None, &None, &None)
    );
    // Opened again it holds what is set; an emptied line is no filter.
    press(&mut state, KeyCode::Char('f'), now());
    press(&mut state, KeyCode::Down, now());
    for _ in 0..20 {
        press(&mut state, KeyCode::Backspace, now());
    }
    press(&mut state, KeyCode::Enter, now());
    assert_eq!(state.place.filter.category, None);
    assert!(state.place.filter.event.is_some());
    press(&mut state, KeyCode::Char('f'), now());
    type_in(&mut state, "x");
    press(&mut state, KeyCode::Esc, now());
    assert_eq!(state.place.filter.login, None, "given up");
}

fn exported(state: &mut State, format: ExportFormat) -> (String, String) {
    press(state, KeyCode::Char('e'), now());
    if format == ExportFormat::Json {
        press(state, KeyCode::Down, now());
    }
    let effects = press(state, KeyCode::Enter, now());
    assert_eq!(state.overlay, None);
    let export = effects.into_iter().find_map(|effect| match effect {
        Effect::Export(export) => Some(*export),
        _ => None,
    });
    let export = export.unwrap();
    (export.name, export.text)
}

#[test]
fn every_view_is_exported_in_every_format() {
    for view in View::ALL.into_iter().chain(View::DEEPER) {
        for format in ExportFormat::ALL {
            let mut state = any(view, size(120, 40));
            let (name, text) = exported(&mut state, format);
            assert!(
                name.starts_with(&format!("sbw-{}-20251203-13", view.slug())),
                "{name}"
            );
            if format == ExportFormat::Json {
                let json: serde_json::Value = serde_json::from_str(&text).unwrap();
                assert!(
                    json.as_object().is_some_and(|fields| fields.len() > 2),
                    "{text}"
                );
            } else {
                assert!(text.lines().count() > 2, "{text}");
            }
        }
    }
}

#[test]
fn an_export_has_the_rows_of_the_screen_in_its_order() {
    let mut state = showing(View::Products, size(120, 40));
    press(&mut state, KeyCode::Char('/'), now());
    type_in(&mut state, "giá đỡ");
    press(&mut state, KeyCode::Enter, now());
    press(&mut state, KeyCode::Char('S'), now());
    let (_, csv) = exported(&mut state, ExportFormat::Csv);
    let names: Vec<_> = csv
        .lines()
        .map(|line| line.split(',').nth(1).unwrap())
        .collect();
    let expected = ["name", "Giá đỡ màn hình v5", "Giá đỡ màn hình v4"];
    assert_eq!(names[..3], expected, "{csv}");
}

#[test]
fn a_row_is_copied_for_a_spreadsheet_and_its_name_for_a_search() {
    let copied = |state: &mut State, key| {
        let effects = press(state, KeyCode::Char(key), now());
        effects.into_iter().find_map(|effect| match effect {
            Effect::Copy(text) => Some(text),
            _ => None,
        })
    };
    let mut state = showing(View::Products, size(120, 40));
    press(&mut state, KeyCode::Down, now());
    let row = copied(&mut state, 'y').unwrap();
    assert!(
        row.starts_with("p-1\tLaptop ASUS Vivobook 15 OLED\tlaptop\tASUS\t"),
        "{row:?}"
    );
    assert_eq!(
        copied(&mut state, 'Y').as_deref(),
        Some("Laptop ASUS Vivobook 15 OLED")
    );
    let mut state = showing(View::Sessions, size(120, 40));
    let id = state.place.sessions.selected().unwrap().session_id.clone();
    assert_eq!(copied(&mut state, 'Y'), Some(id));
    // In the overview the cursor is in two lists.
    let mut state = connected(size(120, 40));
    for _ in 0..11 {
        press(&mut state, KeyCode::Down, now());
    }
    assert_eq!(copied(&mut state, 'Y').as_deref(), Some("logged_in"));
    let mut state = showing(View::Activity, size(120, 40));
    assert_eq!(copied(&mut state, 'y'), None);
    assert!(state.remark().is_some());
}

#[test]
fn the_palette_finds_and_does() {
    let mut state = connected(size(120, 40));
    press(&mut state, KeyCode::Char(':'), now());
    type_in(&mut state, "range 30");
    press(&mut state, KeyCode::Enter, now());
    assert_eq!(state.place.period.words(&state.place.zone), "last 30 d");
    press(&mut state, KeyCode::Char(':'), now());
    type_in(&mut state, "theme");
    press(&mut state, KeyCode::Down, now());
    let effects = press(&mut state, KeyCode::Enter, now());
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Theme(Tone::Light)))
    );
    assert_eq!(state.tone, Tone::Light);
    press(&mut state, KeyCode::Char(':'), now());
    type_in(&mut state, "quit");
    let effects = press(&mut state, KeyCode::Enter, now());
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Quit)));
}

/// Everything that a view can do is in its palette.
#[test]
fn the_palette_has_every_command_of_a_view() {
    for view in View::ALL.into_iter().chain(View::DEEPER) {
        let state = any(view, size(120, 40));
        let commands: Vec<Command> = palette_entries(&state, "")
            .into_iter()
            .map(|entry| entry.command)
            .collect();
        for command in [
            Command::Quit,
            Command::Help,
            Command::Ranges,
            Command::Export,
            Command::Filters,
        ] {
            assert!(commands.contains(&command), "{command:?} in {view:?}");
        }
        assert!(palette_entries(&state, "no such thing at all").is_empty());
    }
}

#[test]
fn the_mouse_opens_tabs_rows_and_cells() {
    let mut state = connected(size(120, 40));
    for (view, place, _) in layout::tabs(&state) {
        click(&mut state, place.x, place.y);
        settle(&mut state, now());
        assert_eq!(state.place.view, view);
    }
    let mut state = showing(View::Products, size(120, 40));
    let list = layout::list(&state);
    click(&mut state, 10, list.area.y + 4);
    assert_eq!(
        (state.place.view, state.place.products.row()),
        (View::Products, 4)
    );
    click(&mut state, 10, list.area.y + 4);
    assert_eq!(state.place.view, View::Sessions, "a second click opens it");
    let mut state = showing(View::Categories, size(120, 40));
    let list = layout::list(&state);
    assert_eq!(list.each, 3);
    click(&mut state, 10, list.area.y + 7);
    assert_eq!(
        state.place.categories.row(),
        2,
        "the bar of a row is the row"
    );
    let mut state = showing(View::Activity, size(120, 40));
    let areas = layout::activity(layout::areas(&state).body);
    let (x, y) = (
        areas.cells.x + areas.names + areas.cell_columns * 20,
        areas.cells.y + areas.cell_rows * 5,
    );
    click(&mut state, x, y);
    assert_eq!((state.place.cell.weekday, state.place.cell.hour), (5, 20));
    let mut state = showing(View::Events, size(120, 40));
    let _ = update(&mut state, Action::Mouse(Mouse::Wheel(3)), now());
    assert_eq!(state.place.events.cursor(), 3);
}

#[test]
fn a_click_on_a_login_state_selects_it() {
    let mut state = connected(size(120, 40));
    let areas = layout::overview(&state);
    click(&mut state, areas.logins.x + 2, areas.logins.y + 2);
    assert_eq!(state.place.mix.row(), 11);
    click(&mut state, areas.logins.x + 2, areas.logins.y + 2);
    assert_eq!(state.place.filter.login.as_deref(), Some("logged_in"));
}

#[test]
fn the_mouse_is_taken_and_given_back() {
    let mut state = connected(size(120, 40));
    for taken in [true, false] {
        let effects = press(&mut state, KeyCode::Char('m'), now());
        assert!(
            effects
                .iter()
                .any(|effect| matches!(effect, Effect::Mouse(is) if *is == taken))
        );
    }
}

#[test]
fn columns_are_chosen_and_stay_in_the_order_of_the_table() {
    let mut state = showing(View::Events, size(120, 40));
    press(&mut state, KeyCode::Char('C'), after(500));
    for _ in 0..7 {
        press(&mut state, KeyCode::Down, after(500));
    }
    press(&mut state, KeyCode::Char(' '), after(500));
    press(&mut state, KeyCode::Char('g'), after(500));
    press(&mut state, KeyCode::Enter, after(500));
    assert_eq!(
        state.event_columns,
        [EventColumn::EventTimestamp, EventColumn::SessionId]
    );
    press(&mut state, KeyCode::Enter, after(500));
    assert_eq!(state.event_columns, [EventColumn::SessionId]);
    press(&mut state, KeyCode::Esc, after(500));
    assert!(state.overlay.is_none());
}
