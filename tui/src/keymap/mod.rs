//! One table of keys. It dispatches, it is the footer, the help and the guide.

mod guide;
mod key;
mod names;
mod rebind;
mod table;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

pub use self::guide::HelpLine;
pub use self::key::{Key, NotAKey};
use self::key::{ctrl, key, named};
pub use self::names::{command_name, names};
pub use self::rebind::{BadBinding, Rebound};
pub use self::table::BINDINGS;
use crate::app::{Action, Command, Focus, TextEdit, View};

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
    /// Where several lines are typed, or one above a list.
    Forms,
}

impl Scope {
    fn covers(self, focus: Focus) -> bool {
        let menu = matches!(focus, Focus::Help | Focus::Ranges | Focus::Menu);
        match self {
            Self::Always => true,
            Self::Views => matches!(focus, Focus::View(_)),
            Self::In(views) => matches!(focus, Focus::View(view) if views.contains(&view)),
            Self::Lists => menu || matches!(focus, Focus::View(_)),
            Self::Menus => menu,
            Self::Boxes => menu || matches!(focus, Focus::Line | Focus::Form),
            Self::Forms => focus == Focus::Form,
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
    /// What is taken along.
    Taking,
    /// The rest.
    Program,
}

impl Group {
    const ALL: [Self; 5] = [
        Self::Views,
        Self::Moving,
        Self::Asking,
        Self::Taking,
        Self::Program,
    ];

    const fn title(self) -> &'static str {
        match self {
            Self::Views => "Views",
            Self::Moving => "Moving",
            Self::Asking => "Time, filters, order",
            Self::Taking => "Taking along",
            Self::Program => "Dashboard",
        }
    }
}

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

/// The table as this reader has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    rows: Vec<(&'static Binding, Vec<Key>)>,
}

impl Default for Keymap {
    fn default() -> Self {
        let rows = BINDINGS.iter().map(|row| (row, row.keys.to_vec()));
        Self {
            rows: rows.collect(),
        }
    }
}

impl Keymap {
    /// What a key does where the focus is.
    #[must_use]
    pub fn action(&self, focus: Focus, event: KeyEvent) -> Option<Action> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        let pressed = Key::new(event.code, event.modifiers);
        let command = self
            .rows
            .iter()
            .find(|(row, keys)| row.scope.covers(focus) && keys.contains(&pressed))
            .map(|(row, _)| Action::Command(row.command));
        command.or_else(|| {
            if matches!(focus, Focus::Line | Focus::Form) {
                typed(pressed).map(Action::Edit)
            } else {
                None
            }
        })
    }
}

/// What a key does to a line, as in a shell.
fn typed(Key(code, modifiers): Key) -> Option<TextEdit> {
    const CTRL: KeyModifiers = KeyModifiers::CONTROL;
    const ALT: KeyModifiers = KeyModifiers::ALT;
    const NONE: KeyModifiers = KeyModifiers::NONE;
    Some(match (modifiers, code) {
        (NONE, KeyCode::Char(character)) => TextEdit::Insert(character.to_string()),
        (NONE, KeyCode::Backspace) => TextEdit::Backspace,
        (NONE, KeyCode::Delete) | (CTRL, KeyCode::Char('d')) => TextEdit::Delete,
        (CTRL, KeyCode::Char('w')) | (ALT | CTRL, KeyCode::Backspace) => TextEdit::DeleteWord,
        (ALT, KeyCode::Char('d')) | (ALT | CTRL, KeyCode::Delete) => TextEdit::DeleteWordAfter,
        (CTRL, KeyCode::Char('k')) => TextEdit::DeleteToEnd,
        (CTRL, KeyCode::Char('u')) => TextEdit::Clear,
        (NONE, KeyCode::Left) | (CTRL, KeyCode::Char('b')) => TextEdit::Left,
        (NONE, KeyCode::Right) | (CTRL, KeyCode::Char('f')) => TextEdit::Right,
        (ALT | CTRL, KeyCode::Left) | (ALT, KeyCode::Char('b')) => TextEdit::WordLeft,
        (ALT | CTRL, KeyCode::Right) | (ALT, KeyCode::Char('f')) => TextEdit::WordRight,
        (NONE, KeyCode::Home) | (CTRL, KeyCode::Char('a')) => TextEdit::Home,
        (NONE, KeyCode::End) | (CTRL, KeyCode::Char('e')) => TextEdit::End,
        _ => return None,
    })
}

/// Every place that keys can go to.
fn everywhere() -> impl Iterator<Item = Focus> {
    let views = View::ALL.into_iter().chain(View::DEEPER).map(Focus::View);
    views.chain([
        Focus::Help,
        Focus::Ranges,
        Focus::Menu,
        Focus::Line,
        Focus::Form,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_of_a_view_is_explained_and_has_a_name() {
        for row in BINDINGS
            .iter()
            .filter(|row| matches!(row.scope, Scope::Views | Scope::In(_)))
        {
            assert!(!row.help.is_empty(), "{row:?}");
            assert!(command_name(row.command).is_some(), "{row:?}");
        }
    }

    #[test]
    fn quitting_works_everywhere() {
        let event = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        for focus in everywhere() {
            assert!(matches!(
                Keymap::default().action(focus, event),
                Some(Action::Command(Command::Quit))
            ));
        }
    }
}
