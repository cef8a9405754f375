//! Whatever is typed, pasted, clicked or resized leaves a screen that can be drawn, and
//! nothing on it that a terminal would obey.
#![no_main]

#[allow(dead_code)] // The tests of the dashboard take more of it.
#[path = "../../tui/tests/common/answers.rs"]
mod answers;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use libfuzzer_sys::fuzz_target;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Cell;
use ratatui::layout::Size;
use sbw_tui::app::{Action, Mouse, State, TextEdit, update};
use sbw_tui::text;
use sbw_tui::theme::{ChartMarker, Depth, Look, Tone};
use sbw_tui::view;

const NAMED: [KeyCode; 16] = [
    KeyCode::Enter,
    KeyCode::Esc,
    KeyCode::Tab,
    KeyCode::BackTab,
    KeyCode::Up,
    KeyCode::Down,
    KeyCode::Left,
    KeyCode::Right,
    KeyCode::Home,
    KeyCode::End,
    KeyCode::PageUp,
    KeyCode::PageDown,
    KeyCode::Backspace,
    KeyCode::Delete,
    KeyCode::Insert,
    KeyCode::F(1),
];

fuzz_target!(|bytes: &[u8]| {
    let now = answers::now();
    let mut state = answers::connected(Size::new(80, 24));
    let look = Look::new(Tone::Dark, Depth::True, ChartMarker::Braille, false);
    let mut rest = bytes;
    while let Some(action) = next(&mut rest, &state) {
        let effects = update(&mut state, action, now);
        for request in answers::asked(&effects) {
            let answer = answers::answer(&request, now);
            let _ = update(&mut state, Action::Answered(Box::new(answer)), now);
        }
        draw(&state, &look);
    }
});

/// Text is typed as it stands; bytes that no UTF-8 begins with say what else happens.
fn next(rest: &mut &[u8], state: &State) -> Option<Action> {
    loop {
        let (&first, behind) = rest.split_first()?;
        *rest = behind;
        let press = |code, modifiers| {
            state
                .keymap
                .action(state.focus(), KeyEvent::new(code, modifiers))
        };
        let action = match first {
            0x1b => press(KeyCode::Esc, KeyModifiers::NONE),
            b'\r' | b'\n' => press(KeyCode::Enter, KeyModifiers::NONE),
            b'\t' => press(KeyCode::Tab, KeyModifiers::NONE),
            0..0x20 => press(
                KeyCode::Char(char::from(first + 0x60)),
                KeyModifiers::CONTROL,
            ),
            0x20..0x7f => press(KeyCode::Char(char::from(first)), KeyModifiers::NONE),
            0x7f..0x90 => press(NAMED[usize::from(first & 0xf)], KeyModifiers::NONE),
            0x90..0xa0 => press(NAMED[usize::from(first & 0xf)], KeyModifiers::ALT),
            0xa0..0xb0 => {
                let [x, y] = take(rest)?;
                Some(Action::Resize(Size::new(x.into(), y.into())))
            }
            0xb0..0xc0 => {
                let [x, y] = take(rest)?;
                Some(Action::Mouse(Mouse::Click(x.into(), y.into())))
            }
            _ => {
                let pasted;
                (pasted, *rest) = rest.split_at(rest.len().min(usize::from(first)));
                let pasted = String::from_utf8_lossy(pasted);
                let clean = text::clean(&pasted);
                assert!(!clean.chars().any(char::is_control), "{clean:?}");
                Some(Action::Edit(TextEdit::Insert(pasted.into_owned())))
            }
        };
        if action.is_some() {
            return action;
        }
    }
}

fn take(rest: &mut &[u8]) -> Option<[u8; 2]> {
    let (taken, behind) = rest.split_first_chunk()?;
    *rest = behind;
    Some(*taken)
}

fn draw(state: &State, look: &Look) {
    let Ok(mut terminal) = Terminal::new(TestBackend::new(state.size.width, state.size.height));
    let Ok(drawn) = terminal.draw(|frame| view::draw(frame, state, look));
    let control = |cell: &Cell| cell.symbol().contains(char::is_control);
    assert!(!drawn.buffer.content.iter().any(control));
}
