//! One table of keys. It dispatches, it is the footer, the help and the guide.

mod guide;
mod table;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

pub use self::guide::{HelpLine, footer, help_lines, markdown};
pub use self::table::BINDINGS;
use crate::app::{Action, Command, Focus, TextEdit, View};

/// A key with its modifiers; Shift is part of the character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key(KeyCode, KeyModifiers);

const fn key(character: char) -> Key {
    Key(KeyCode::Char(character), KeyModifiers::NONE)
}

const fn ctrl(character: char) -> Key {
    Key(KeyCode::Char(character), KeyModifiers::CONTROL)
}

const fn named(code: KeyCode) -> Key {
    Key(code, KeyModifiers::NONE)
}

/// Where a key means what its row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Always, even while typing.
    Always,
    /// In every view.
    Views,
    /// In some views.
    In(&'static [View]),
    /// In views and menus.
    Lists,
    /// In menus, and in lines that are typed.
    Boxes,
    /// In menus only.
    Menus,
}

impl Scope {
    fn covers(self, focus: Focus) -> bool {
        match (self, focus) {
            (Self::Always, _)
            | (Self::Views, Focus::View(_))
            | (Self::Lists, Focus::View(_) | Focus::Help | Focus::Ranges)
            | (Self::Menus, Focus::Help | Focus::Ranges)
            | (Self::Boxes, Focus::Help | Focus::Ranges | Focus::Line) => true,
            (Self::In(views), Focus::View(view)) => views.contains(&view),
            _ => false,
        }
    }
}

/// Under which heading the help shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Between screens.
    Views,
    /// In a screen.
    Moving,
    /// What is asked.
    Asking,
    /// The rest.
    Program,
}

impl Group {
    const ALL: [Self; 4] = [Self::Views, Self::Moving, Self::Asking, Self::Program];

    const fn title(self) -> &'static str {
        match self {
            Self::Views => "Views",
            Self::Moving => "Moving",
            Self::Asking => "Time and filters",
            Self::Program => "Dashboard",
        }
    }
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Binding {
    keys: &'static [Key],
    command: Command,
    scope: Scope,
    group: Group,
    /// The word in the footer; rows of one word share it.
    label: Option<&'static str>,
    help: &'static str,
}

const fn bind(
    keys: &'static [Key],
    command: Command,
    scope: Scope,
    group: Group,
    label: Option<&'static str>,
    help: &'static str,
) -> Binding {
    Binding {
        keys,
        command,
        scope,
        group,
        label,
        help,
    }
}

/// What a key does where the focus is.
#[must_use]
pub fn action(focus: Focus, event: KeyEvent) -> Option<Action> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    let pressed = Key(event.code, event.modifiers.difference(KeyModifiers::SHIFT));
    let command = BINDINGS
        .iter()
        .find(|binding| binding.scope.covers(focus) && binding.keys.contains(&pressed))
        .map(|binding| Action::Command(binding.command));
    command.or_else(|| {
        if focus == Focus::Line {
            typed(pressed).map(Action::Edit)
        } else {
            None
        }
    })
}

fn typed(Key(code, modifiers): Key) -> Option<TextEdit> {
    if modifiers == KeyModifiers::CONTROL {
        return match code {
            KeyCode::Char('u') => Some(TextEdit::Clear),
            KeyCode::Char('a') => Some(TextEdit::Home),
            KeyCode::Char('e') => Some(TextEdit::End),
            _ => None,
        };
    }
    if !modifiers.is_empty() {
        return None;
    }
    match code {
        KeyCode::Char(character) => Some(TextEdit::Insert(character.to_string())),
        KeyCode::Backspace => Some(TextEdit::Backspace),
        KeyCode::Delete => Some(TextEdit::Delete),
        KeyCode::Left => Some(TextEdit::Left),
        KeyCode::Right => Some(TextEdit::Right),
        KeyCode::Home => Some(TextEdit::Home),
        KeyCode::End => Some(TextEdit::End),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn everywhere() -> Vec<Focus> {
        let views = View::ALL.into_iter().chain(View::DEEPER).map(Focus::View);
        views
            .chain([Focus::Help, Focus::Ranges, Focus::Line])
            .collect()
    }

    #[test]
    fn no_key_means_two_things_in_one_place() {
        for focus in everywhere() {
            let rows: Vec<_> = BINDINGS
                .iter()
                .filter(|row| row.scope.covers(focus))
                .collect();
            for (index, row) in rows.iter().enumerate() {
                for key in row.keys {
                    let other = rows[index + 1..]
                        .iter()
                        .find(|other| other.keys.contains(key) && other.command != row.command);
                    assert!(
                        other.is_none(),
                        "{key:?} in {focus:?}: {row:?} and {other:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn every_command_of_a_view_is_explained() {
        for row in BINDINGS
            .iter()
            .filter(|row| matches!(row.scope, Scope::Views | Scope::In(_)))
        {
            assert!(!row.help.is_empty(), "{row:?}");
        }
    }

    #[test]
    fn quitting_works_everywhere() {
        let event = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        for focus in everywhere() {
            assert!(matches!(
                action(focus, event),
                Some(Action::Command(Command::Quit))
            ));
        }
    }
}
