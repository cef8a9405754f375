//! One table of keys. It dispatches, it is the footer, the help and the guide.

use std::fmt::Write as _;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

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

const LISTS: Scope = Scope::In(&[View::Overview, View::Events, View::Pipeline]);

/// The keys. The footer keeps this order.
pub const BINDINGS: &[Binding] = &[
    bind(
        &[key('1')],
        Command::Go(View::Overview),
        Scope::Views,
        Group::Views,
        None,
        "Overview: the shop in numbers",
    ),
    bind(
        &[key('2')],
        Command::Go(View::Funnel),
        Scope::Views,
        Group::Views,
        None,
        "Funnel: where shoppers drop out",
    ),
    bind(
        &[key('8')],
        Command::Go(View::Events),
        Scope::Views,
        Group::Views,
        None,
        "Events: the newest, live, and all before them",
    ),
    bind(
        &[key('9')],
        Command::Go(View::Pipeline),
        Scope::Views,
        Group::Views,
        None,
        "Pipeline: how fresh the warehouse is",
    ),
    bind(
        &[named(KeyCode::Tab)],
        Command::NextView,
        Scope::Views,
        Group::Views,
        None,
        "Next view",
    ),
    bind(
        &[named(KeyCode::BackTab)],
        Command::PreviousView,
        Scope::Views,
        Group::Views,
        None,
        "View before",
    ),
    bind(
        &[named(KeyCode::Up), key('k')],
        Command::Up,
        Scope::Menus,
        Group::Moving,
        None,
        "",
    ),
    bind(
        &[named(KeyCode::Down), key('j')],
        Command::Down,
        Scope::Menus,
        Group::Moving,
        None,
        "",
    ),
    bind(
        &[named(KeyCode::Up), key('k')],
        Command::Up,
        LISTS,
        Group::Moving,
        None,
        "Up a row",
    ),
    bind(
        &[named(KeyCode::Down), key('j')],
        Command::Down,
        LISTS,
        Group::Moving,
        None,
        "Down a row",
    ),
    bind(
        &[named(KeyCode::PageUp), ctrl('b')],
        Command::PageUp,
        Scope::Lists,
        Group::Moving,
        None,
        "Up a screen",
    ),
    bind(
        &[named(KeyCode::PageDown), ctrl('f')],
        Command::PageDown,
        Scope::Lists,
        Group::Moving,
        None,
        "Down a screen; events go on to older ones",
    ),
    bind(
        &[key('g'), named(KeyCode::Home)],
        Command::First,
        Scope::Lists,
        Group::Moving,
        None,
        "To the first row; events follow the newest again",
    ),
    bind(
        &[key('G'), named(KeyCode::End)],
        Command::Last,
        Scope::Lists,
        Group::Moving,
        None,
        "To the last row",
    ),
    bind(
        &[named(KeyCode::Enter), named(KeyCode::Right), key('l')],
        Command::Enter,
        Scope::Menus,
        Group::Moving,
        None,
        "",
    ),
    bind(
        &[named(KeyCode::Enter)],
        Command::Enter,
        Scope::In(&[View::Events]),
        Group::Moving,
        Some("in full"),
        "Events: show one in full, or close it",
    ),
    bind(
        &[named(KeyCode::Enter)],
        Command::Enter,
        Scope::In(&[View::Overview]),
        Group::Moving,
        Some("its events"),
        "Overview: the events of a bar",
    ),
    bind(
        &[named(KeyCode::Enter)],
        Command::Enter,
        Scope::Boxes,
        Group::Moving,
        Some("ok"),
        "",
    ),
    bind(
        &[named(KeyCode::Esc), named(KeyCode::Backspace)],
        Command::Back,
        Scope::Views,
        Group::Moving,
        None,
        "Step back: close what is open, or undo the last drill",
    ),
    bind(
        &[named(KeyCode::Esc)],
        Command::Back,
        Scope::Boxes,
        Group::Moving,
        Some("back"),
        "",
    ),
    bind(
        &[
            named(KeyCode::Backspace),
            named(KeyCode::Left),
            key('h'),
            key('q'),
        ],
        Command::Back,
        Scope::Menus,
        Group::Moving,
        None,
        "",
    ),
    bind(
        &[key('t')],
        Command::Ranges,
        Scope::Views,
        Group::Asking,
        Some("range"),
        "Choose a range of time, or type one",
    ),
    bind(
        &[key('[')],
        Command::Earlier,
        Scope::Views,
        Group::Asking,
        Some("shift"),
        "The same length of time, before",
    ),
    bind(
        &[key(']')],
        Command::Later,
        Scope::Views,
        Group::Asking,
        Some("shift"),
        "The same length of time, after",
    ),
    bind(
        &[key('+'), key('=')],
        Command::ZoomIn,
        Scope::Views,
        Group::Asking,
        Some("zoom"),
        "A shorter range",
    ),
    bind(
        &[key('-')],
        Command::ZoomOut,
        Scope::Views,
        Group::Asking,
        Some("zoom"),
        "A longer range",
    ),
    bind(
        &[key('l')],
        Command::Login,
        Scope::Views,
        Group::Asking,
        Some("login"),
        "Login state: all, logged_in, anonymous, guest, unknown",
    ),
    bind(
        &[key('b')],
        Command::Segment,
        Scope::In(&[View::Funnel]),
        Group::Asking,
        Some("compare"),
        "Funnel: compare by login, category, brand",
    ),
    bind(
        &[key(' ')],
        Command::Pause,
        Scope::Views,
        Group::Program,
        Some("pause"),
        "Pause refreshing, or go on",
    ),
    bind(
        &[key('r')],
        Command::Refresh,
        Scope::Views,
        Group::Program,
        Some("refresh"),
        "Refresh now; connect now; enter a password",
    ),
    bind(
        &[key('?'), named(KeyCode::F(1))],
        Command::Help,
        Scope::Lists,
        Group::Program,
        Some("help"),
        "These keys",
    ),
    bind(
        &[key('q')],
        Command::Quit,
        Scope::Views,
        Group::Program,
        Some("quit"),
        "Quit",
    ),
    bind(
        &[ctrl('c')],
        Command::Quit,
        Scope::Always,
        Group::Program,
        None,
        "Quit, whatever is open",
    ),
    bind(
        &[ctrl('l')],
        Command::Redraw,
        Scope::Always,
        Group::Program,
        None,
        "Draw the screen anew",
    ),
    bind(
        &[ctrl('z')],
        Command::Suspend,
        Scope::Always,
        Group::Program,
        None,
        "Back to the shell until `fg`",
    ),
];

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

/// Keys and a word for the footer, in order of the table.
#[must_use]
pub fn footer(focus: Focus) -> Vec<(String, &'static str)> {
    let mut hints: Vec<(String, &'static str)> = Vec::new();
    for binding in BINDINGS
        .iter()
        .filter(|binding| binding.scope.covers(focus))
    {
        let (Some(label), Some(first)) = (binding.label, binding.keys.first()) else {
            continue;
        };
        match hints.iter_mut().find(|(_, known)| *known == label) {
            Some((keys, _)) => keys.push_str(&name(*first)),
            None => hints.push((name(*first), label)),
        }
    }
    hints
}

/// One line of the help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HelpLine {
    /// Of a group.
    Heading(&'static str),
    /// Keys, and what they do.
    Keys(String, &'static str),
    /// Between groups.
    Blank,
}

/// The table as help, group by group.
#[must_use]
pub fn help_lines() -> Vec<HelpLine> {
    let mut lines = Vec::new();
    for group in Group::ALL {
        if !lines.is_empty() {
            lines.push(HelpLine::Blank);
        }
        lines.push(HelpLine::Heading(group.title()));
        lines.extend(shown(group).map(|(keys, help)| HelpLine::Keys(keys, help)));
    }
    lines
}

/// The table in Markdown, for the guide.
#[must_use]
pub fn markdown() -> String {
    let mut table = String::from("| key | does |\n|---|---|\n");
    for (keys, help) in Group::ALL.into_iter().flat_map(shown) {
        let keys: Vec<String> = keys.split(", ").map(|key| format!("`{key}`")).collect();
        let _ = writeln!(table, "| {} | {help} |", keys.join(", "));
    }
    table
}

fn shown(group: Group) -> impl Iterator<Item = (String, &'static str)> {
    BINDINGS
        .iter()
        .filter(move |row| row.group == group && !row.help.is_empty())
        .map(|row| {
            let keys: Vec<String> = row.keys.iter().copied().map(name).collect();
            (keys.join(", "), row.help)
        })
}

/// What is printed on the key.
fn name(Key(code, modifiers): Key) -> String {
    let plain = match code {
        KeyCode::Char(' ') => "Space".to_owned(),
        KeyCode::Char(character) => character.to_string(),
        KeyCode::BackTab => "Shift-Tab".to_owned(),
        KeyCode::PageUp => "PgUp".to_owned(),
        KeyCode::PageDown => "PgDn".to_owned(),
        KeyCode::F(number) => format!("F{number}"),
        other => format!("{other:?}"),
    };
    if modifiers == KeyModifiers::CONTROL {
        format!("Ctrl-{}", plain.to_uppercase())
    } else {
        plain
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERYWHERE: [Focus; 7] = [
        Focus::View(View::Overview),
        Focus::View(View::Funnel),
        Focus::View(View::Events),
        Focus::View(View::Pipeline),
        Focus::Help,
        Focus::Ranges,
        Focus::Line,
    ];

    #[test]
    fn no_key_means_two_things_in_one_place() {
        for focus in EVERYWHERE {
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
        for focus in EVERYWHERE {
            assert!(matches!(
                action(focus, event),
                Some(Action::Command(Command::Quit))
            ));
        }
    }
}
