//! The table in words: footer, help, and the guide.

use std::fmt::Write as _;

use super::{Group, Key, Keymap};
use crate::app::{Command, Focus};

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

impl Keymap {
    /// Keys and a word for the footer, in order of the table.
    #[must_use]
    pub fn footer(&self, focus: Focus) -> Vec<(String, &'static str)> {
        let mut hints: Vec<(String, &'static str)> = Vec::new();
        for (row, keys) in self.rows.iter().filter(|(row, _)| row.scope.covers(focus)) {
            let (Some(label), Some(first)) = (row.label, keys.first()) else {
                continue;
            };
            match hints.iter_mut().find(|(_, known)| *known == label) {
                Some((keys, _)) => keys.push_str(&first.to_string()),
                None => hints.push((first.to_string(), label)),
            }
        }
        hints
    }

    /// The table as help, group by group.
    #[must_use]
    pub fn help_lines(&self) -> Vec<HelpLine> {
        let mut lines = Vec::new();
        for group in Group::ALL {
            if !lines.is_empty() {
                lines.push(HelpLine::Blank);
            }
            lines.push(HelpLine::Heading(group.title()));
            lines.extend(
                self.shown(group)
                    .map(|(keys, help)| HelpLine::Keys(keys, help)),
            );
        }
        lines
    }

    /// What can be done where the focus is: the keys, the words, the command.
    #[must_use]
    pub fn explained(&self, focus: Focus) -> Vec<(String, &'static str, Command)> {
        let here = self.rows.iter();
        let here = here.filter(|(row, _)| row.scope.covers(focus) && !row.help.is_empty());
        here.map(|(row, keys)| (written(keys), row.help, row.command))
            .collect()
    }

    /// The table in Markdown, for the guide.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut table = String::from("| key | does |\n|---|---|\n");
        for (keys, help) in Group::ALL.into_iter().flat_map(|group| self.shown(group)) {
            let keys: Vec<String> = keys.split(", ").map(|key| format!("`{key}`")).collect();
            let _ = writeln!(table, "| {} | {help} |", keys.join(", "));
        }
        table
    }

    fn shown(&self, group: Group) -> impl Iterator<Item = (String, &'static str)> {
        self.rows
            .iter()
            .filter(move |(row, _)| row.group == group && !row.help.is_empty())
            .map(|(row, keys)| (written(keys), row.help))
    }
}

fn written(keys: &[Key]) -> String {
    let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
    keys.join(", ")
}
