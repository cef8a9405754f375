//! A key, as it is pressed and as it is written.

use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyModifiers};

/// A key with its modifiers; Shift is part of the character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key(pub(super) KeyCode, pub(super) KeyModifiers);

pub(super) const fn key(character: char) -> Key {
    Key(KeyCode::Char(character), KeyModifiers::NONE)
}

pub(super) const fn ctrl(character: char) -> Key {
    Key(KeyCode::Char(character), KeyModifiers::CONTROL)
}

pub(super) const fn named(code: KeyCode) -> Key {
    Key(code, KeyModifiers::NONE)
}

/// Names of keys that are no character, in lower case.
const NAMES: [(&str, KeyCode); 16] = [
    ("space", KeyCode::Char(' ')),
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("shift-tab", KeyCode::BackTab),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("insert", KeyCode::Insert),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pgup", KeyCode::PageUp),
    ("pgdn", KeyCode::PageDown),
];

impl Key {
    /// As a terminal says that it was pressed.
    #[must_use]
    pub fn new(code: KeyCode, modifiers: KeyModifiers) -> Self {
        Self(code, modifiers.difference(KeyModifiers::SHIFT))
    }
}

/// Text that names no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no key; write a character, Ctrl-x, Alt-x, F1 to F12, Space, Enter, Tab, Left, PgUp and the like"
)]
pub struct NotAKey(String);

impl FromStr for Key {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let wrong = || NotAKey(text.to_owned());
        let lower = text.to_lowercase();
        if let Some((_, code)) = NAMES.iter().find(|(name, _)| *name == lower) {
            return Ok(Self(*code, KeyModifiers::NONE));
        }
        for (prefix, modifiers) in [
            ("ctrl-", KeyModifiers::CONTROL),
            ("alt-", KeyModifiers::ALT),
        ] {
            if let Some(rest) = lower.strip_prefix(prefix) {
                let Self(code, _) = rest.parse().map_err(|_| wrong())?;
                return Ok(Self(code, modifiers));
            }
        }
        if let Some(number) = lower
            .strip_prefix('f')
            .and_then(|number| number.parse().ok())
            && (1..=12).contains(&number)
        {
            return Ok(Self(KeyCode::F(number), KeyModifiers::NONE));
        }
        let mut letters = text.chars();
        match (letters.next(), letters.next()) {
            (Some(letter), None) if !letter.is_control() => {
                Ok(Self(KeyCode::Char(letter), KeyModifiers::NONE))
            }
            _ => Err(wrong()),
        }
    }
}

/// What is printed on the key.
impl fmt::Display for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(code, modifiers) = *self;
        let plain = match code {
            KeyCode::Char(' ') => "Space".to_owned(),
            KeyCode::Char(character) => character.to_string(),
            KeyCode::BackTab => "Shift-Tab".to_owned(),
            KeyCode::PageUp => "PgUp".to_owned(),
            KeyCode::PageDown => "PgDn".to_owned(),
            KeyCode::F(number) => format!("F{number}"),
            other => format!("{other:?}"),
        };
        match modifiers {
            KeyModifiers::CONTROL => write!(out, "Ctrl-{}", plain.to_uppercase()),
            KeyModifiers::ALT => write!(out, "Alt-{}", plain.to_uppercase()),
            _ => out.write_str(&plain),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("q", "q")]
    #[case("Q", "Q")]
    #[case("ctrl-r", "Ctrl-R")]
    #[case("Alt-x", "Alt-X")]
    #[case("F5", "F5")]
    #[case("f", "f")]
    #[case("space", "Space")]
    #[case("PgDn", "PgDn")]
    #[case("-", "-")]
    #[case("đ", "đ")]
    fn keys_are_read_as_they_are_written(#[case] text: &str, #[case] shown: &str) {
        assert_eq!(text.parse::<Key>().unwrap().to_string(), shown);
    }

    #[rstest]
    #[case("")]
    #[case("qq")]
    #[case("F13")]
    #[case("Ctrl-")]
    #[case("Hyper-x")]
    fn other_words_are_no_keys(#[case] text: &str) {
        let error = text.parse::<Key>().unwrap_err().to_string();
        assert!(error.contains("Ctrl-x"), "{error}");
    }
}
