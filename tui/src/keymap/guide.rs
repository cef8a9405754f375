//! The table in words: footer, help, and the guide.

use std::fmt::Write as _;

use crossterm::event::{KeyCode, KeyModifiers};

use super::{BINDINGS, Group, Key};
use crate::app::Focus;

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
