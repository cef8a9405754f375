//! Other keys for a command.

use super::{Command, Key, Keymap, Scope, command_name, everywhere, names};
use crate::app::Focus;

/// Keys that a command is to have, and no others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebound {
    /// The name of the command.
    pub command: String,
    /// Its keys; none: it has no key.
    pub keys: Vec<Key>,
}

/// Keys that cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadBinding {
    /// Nothing is called that.
    #[error("no command is called {0:?}; the names are {names}", names = all_names())]
    Unknown(String),
    /// A key would mean two things in one place.
    #[error("{key} would be both {one} and {other}{place}; give one of them another key")]
    Conflict {
        /// The key.
        key: String,
        /// What it would do.
        one: &'static str,
        /// What it would do as well.
        other: &'static str,
        /// Where.
        place: String,
    },
    /// Nothing would be left to leave with.
    #[error("quit needs a key")]
    NoWayOut,
}

fn all_names() -> String {
    names().map(|(name, _)| name).collect::<Vec<_>>().join(", ")
}

impl Keymap {
    /// The table with other keys. Keys inside of menus and boxes stay as they are.
    pub fn with(rebound: &[Rebound]) -> Result<Self, BadBinding> {
        let mut keymap = Self::default();
        for Rebound { command, keys } in rebound {
            let known = names().find(|(name, _)| name == command);
            let Some((_, command)) = known else {
                return Err(BadBinding::Unknown(command.clone()));
            };
            if command == Command::Quit && keys.is_empty() {
                return Err(BadBinding::NoWayOut);
            }
            for (row, bound) in &mut keymap.rows {
                let own = !matches!(row.scope, Scope::Menus | Scope::Boxes | Scope::Forms);
                // Ctrl-C is for whoever has lost their way.
                let pinned = row.scope == Scope::Always && command == Command::Quit;
                if row.command == command && own && !pinned {
                    bound.clone_from(keys);
                }
            }
        }
        match keymap.conflict() {
            Some(conflict) => Err(conflict),
            None => Ok(keymap),
        }
    }

    /// A key that means two things in one place.
    pub(super) fn conflict(&self) -> Option<BadBinding> {
        for focus in everywhere() {
            let here: Vec<_> = self
                .rows
                .iter()
                .filter(|(row, _)| row.scope.covers(focus))
                .collect();
            for (index, (row, keys)) in here.iter().enumerate() {
                for key in keys {
                    let other = here[index + 1..]
                        .iter()
                        .find(|(other, keys)| keys.contains(key) && other.command != row.command);
                    if let Some((other, _)) = other {
                        return Some(BadBinding::Conflict {
                            key: key.to_string(),
                            one: command_name(row.command).unwrap_or("something"),
                            other: command_name(other.command).unwrap_or("something"),
                            place: match focus {
                                Focus::View(view) => format!(" in {}", view.title()),
                                _ => String::new(),
                            },
                        });
                    }
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
    use rstest::rstest;

    use super::*;
    use crate::app::{Action, View};

    fn rebound(command: &str, keys: &[&str]) -> Rebound {
        Rebound {
            command: command.to_owned(),
            keys: keys.iter().map(|key| key.parse().unwrap()).collect(),
        }
    }

    fn does(keymap: &Keymap, key: char) -> Option<Command> {
        let event = KeyEvent::new(KeyCode::Char(key), KeyModifiers::NONE);
        match keymap.action(Focus::View(View::Overview), event)? {
            Action::Command(command) => Some(command),
            _ => None,
        }
    }

    #[test]
    fn the_table_itself_has_no_conflict() {
        assert_eq!(Keymap::default().conflict(), None);
    }

    #[test]
    fn a_command_has_its_new_keys_and_only_those() {
        let keymap = Keymap::with(&[rebound("refresh", &["R", "F5"]), rebound("login", &["u"])]);
        let keymap = keymap.unwrap();
        assert_eq!(does(&keymap, 'R'), Some(Command::Refresh));
        assert_eq!(does(&keymap, 'r'), None);
        assert_eq!(does(&keymap, 'u'), Some(Command::Login));
        assert_eq!(does(&keymap, 'l'), None);
    }

    #[test]
    fn keys_can_be_swapped() {
        let keymap = Keymap::with(&[rebound("refresh", &["c"]), rebound("compare", &["r"])]);
        assert_eq!(does(&keymap.unwrap(), 'c'), Some(Command::Refresh));
    }

    #[rstest]
    #[case(&[rebound("refresh", &["q"])], "q would be both refresh and quit in Overview")]
    #[case(&[rebound("frobnicate", &["q"])], "no command is called \"frobnicate\"; the names are overview,")]
    #[case(&[rebound("quit", &[])], "quit needs a key")]
    fn what_cannot_be_is_said(#[case] keys: &[Rebound], #[case] words: &str) {
        let error = Keymap::with(keys).unwrap_err().to_string();
        assert!(error.starts_with(words), "{error}");
    }
}
