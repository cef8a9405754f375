//! What the sequences of terminals mean: xterm's, the VT220's, rxvt's, the Linux
//! console's, and kitty's.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{Input, mouse};

/// `ESC [`, parameters, and the byte that ends them.
pub(super) fn control(parameters: &[u8], end: u8) -> Option<Input> {
    let parameters = std::str::from_utf8(parameters).ok()?;
    if let Some(parameters) = parameters.strip_prefix('<') {
        return mouse::new(parameters, end).map(Input::Mouse);
    }
    // An answer of the terminal, not a key.
    if parameters.starts_with(['?', '>', '=']) {
        return None;
    }
    let numbers = numbers(parameters)?;
    let number = |at: usize| numbers.get(at).map_or(1, |given| given.0.max(1));
    let modifiers = modifiers(number(1));
    // The third kind of a key's event is that it was let go.
    if numbers.get(1).is_some_and(|given| given.1 == 3) {
        return None;
    }
    let code = match end {
        b'~' if number(0) == 27 => character(number(2))?,
        b'~' => numbered(number(0))?,
        b'u' => return typed(number(0), modifiers).map(Input::Key),
        b'M' => return mouse::numbered(&[number(0), number(1), number(2)]).map(Input::Mouse),
        // rxvt's: with Shift, with Ctrl, with both.
        b'$' | b'^' | b'@' => {
            let held = match end {
                b'$' => KeyModifiers::SHIFT,
                b'^' => KeyModifiers::CONTROL,
                _ => KeyModifiers::SHIFT | KeyModifiers::CONTROL,
            };
            return numbered(number(0)).map(|code| Input::Key(KeyEvent::new(code, held)));
        }
        b'a'..=b'd' => {
            let code = lettered(end.to_ascii_uppercase())?;
            return Some(Input::Key(KeyEvent::new(code, KeyModifiers::SHIFT)));
        }
        b'Z' => KeyCode::BackTab,
        // Where the cursor is looks like F3 with strange modifiers.
        b'R' if !matches!(numbers[..], [] | [(1, _), (2..=16, _)]) => return None,
        _ => lettered(end)?,
    };
    Some(Input::Key(KeyEvent::new(code, modifiers)))
}

/// `ESC O`, modifiers if there are any, and the byte that ends it: arrows and keypad in
/// application mode.
pub(super) fn shift(parameters: &[u8], end: u8) -> Option<KeyEvent> {
    let numbers = numbers(std::str::from_utf8(parameters).ok()?)?;
    let held = numbers
        .last()
        .map_or(KeyModifiers::NONE, |given| modifiers(given.0.max(1)));
    let code = match end {
        b'M' => KeyCode::Enter,
        b'I' => KeyCode::Tab,
        b'X' => KeyCode::Char('='),
        b' ' => KeyCode::Char(' '),
        b'a'..=b'd' => {
            let code = lettered(end.to_ascii_uppercase())?;
            return Some(KeyEvent::new(code, KeyModifiers::CONTROL));
        }
        // The keypad's, 64 above what is printed on it.
        b'j'..=b'y' => KeyCode::Char(char::from(end - 64)),
        _ => lettered(end)?,
    };
    Some(KeyEvent::new(code, held))
}

/// `ESC [ [` and a letter.
pub(super) fn console(end: u8) -> Option<KeyEvent> {
    let function = end.checked_sub(b'A').filter(|function| *function < 5)?;
    Some(KeyCode::F(function + 1).into())
}

/// `11;rgb:RRRR/GGGG/BBBB`, each with one to four hexadecimal digits.
pub(super) fn background(text: &[u8]) -> Option<[u8; 3]> {
    let text = std::str::from_utf8(text).ok()?.strip_prefix("11;")?;
    let colours = text
        .strip_prefix("rgb:")
        .or_else(|| text.strip_prefix("rgba:"))?;
    let mut colours = colours.split('/').map(|digits| {
        let most = 16_u32.checked_pow(u32::try_from(digits.len()).ok()?)? - 1;
        let value = u32::from_str_radix(digits, 16).ok()?;
        u8::try_from(value * 255 / most.max(1))
            .ok()
            .filter(|_| digits.len() <= 4)
    });
    Some([colours.next()??, colours.next()??, colours.next()??])
}

/// `1;5:3`: each number and the one behind its colon. None where there is
/// something else.
fn numbers(text: &str) -> Option<Vec<(u32, u32)>> {
    let number = |digits: &str| match digits {
        "" => Some(0),
        digits => digits.parse().ok(),
    };
    let parts = text.split(';').filter(|_| !text.is_empty());
    parts
        .map(|part| {
            let (first, more) = part.split_once(':').unwrap_or((part, ""));
            let second = more.split(':').next().unwrap_or_default();
            Some((number(first)?, number(second)?))
        })
        .collect()
}

/// xterm's sum of modifiers, plus one.
fn modifiers(sum: u32) -> KeyModifiers {
    let held = sum.saturating_sub(1);
    let all = [
        (1, KeyModifiers::SHIFT),
        (2, KeyModifiers::ALT),
        (4, KeyModifiers::CONTROL),
        (8, KeyModifiers::SUPER),
        (16, KeyModifiers::HYPER),
        (32, KeyModifiers::META),
    ];
    all.into_iter()
        .filter(|(bit, _)| held & bit != 0)
        .fold(KeyModifiers::NONE, |held, (_, modifier)| held | modifier)
}

fn lettered(letter: u8) -> Option<KeyCode> {
    Some(match letter {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'H' => KeyCode::Home,
        b'F' => KeyCode::End,
        b'P'..=b'S' => KeyCode::F(letter - b'P' + 1),
        _ => return None,
    })
}

fn numbered(number: u32) -> Option<KeyCode> {
    let function = |first: u32, name: u32| {
        let function = u8::try_from(number - first + name);
        function.ok().map(KeyCode::F)
    };
    match number {
        1 | 7 => Some(KeyCode::Home),
        2 => Some(KeyCode::Insert),
        3 => Some(KeyCode::Delete),
        4 | 8 => Some(KeyCode::End),
        5 => Some(KeyCode::PageUp),
        6 => Some(KeyCode::PageDown),
        11..=15 => function(11, 1),
        17..=21 => function(17, 6),
        23..=24 => function(23, 11),
        _ => None,
    }
}

/// A key by its character's number.
fn character(number: u32) -> Option<KeyCode> {
    Some(match number {
        9 => KeyCode::Tab,
        13 => KeyCode::Enter,
        27 => KeyCode::Esc,
        8 | 127 => KeyCode::Backspace,
        _ => KeyCode::Char(char::from_u32(number).filter(|typed| !typed.is_control())?),
    })
}

/// A key of kitty's protocol, which has numbers of its own for those without a character.
fn typed(number: u32, modifiers: KeyModifiers) -> Option<KeyEvent> {
    const KEYPAD: [KeyCode; 10] = [
        KeyCode::Left,
        KeyCode::Right,
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::PageUp,
        KeyCode::PageDown,
        KeyCode::Home,
        KeyCode::End,
        KeyCode::Insert,
        KeyCode::Delete,
    ];
    const SIGNS: &[u8] = b"0123456789./*-+";
    let code = match number {
        57_399..=57_413 => {
            let sign = SIGNS.get(usize::try_from(number - 57_399).ok()?)?;
            KeyCode::Char(char::from(*sign))
        }
        57_414 => KeyCode::Enter,
        57_415 => KeyCode::Char('='),
        57_417..=57_426 => *KEYPAD.get(usize::try_from(number - 57_417).ok()?)?,
        // The rest of the private area are keys without a meaning here.
        57_344..=63_743 => return None,
        _ => character(number)?,
    };
    let code = match code {
        KeyCode::Tab if modifiers == KeyModifiers::SHIFT => KeyCode::BackTab,
        // The number is that of the key, whatever is held with it.
        KeyCode::Char(letter) if modifiers == KeyModifiers::SHIFT => {
            KeyCode::Char(letter.to_uppercase().next().unwrap_or(letter))
        }
        code => code,
    };
    Some(KeyEvent::new(code, modifiers))
}
