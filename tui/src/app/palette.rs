//! All that can be done here, to be searched.

use super::action::Command;
use super::state::{Focus, State};
use super::table::folded;
use crate::keymap::Keymap;
use crate::period::PRESETS;
use crate::theme::Tone;
use sbw_queries::Zone;

/// Something that can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub words: String,
    /// The keys that do it too.
    pub keys: String,
    /// What it does.
    pub command: Command,
}

/// What fits the typed words, in the order of the help; all of it when nothing is typed.
#[must_use]
pub fn entries(state: &State, typed: &str) -> Vec<Entry> {
    let typed = folded(typed);
    let wanted: Vec<&str> = typed.split_whitespace().collect();
    let mut entries: Vec<Entry> = keys(&state.keymap, state)
        .chain(ranges())
        .chain(themes())
        .collect();
    entries.push(Entry {
        words: "Forget all filters".to_owned(),
        keys: String::new(),
        command: Command::ClearFilters,
    });
    entries.retain(|entry| {
        let words = folded(&entry.words);
        wanted.iter().all(|part| words.contains(part))
    });
    // What begins with the typed words comes first.
    entries.sort_by_key(|entry| !folded(&entry.words).starts_with(typed.trim()));
    entries
}

fn keys(keymap: &Keymap, state: &State) -> impl Iterator<Item = Entry> {
    let here = keymap.explained(Focus::View(state.place.view));
    let moves = [
        Command::Up,
        Command::Down,
        Command::Left,
        Command::Right,
        Command::Palette,
    ];
    here.into_iter()
        .filter(move |(_, _, command)| !moves.contains(command))
        .map(|(keys, words, command)| Entry {
            words: words.to_owned(),
            keys,
            command,
        })
}

fn ranges() -> impl Iterator<Item = Entry> {
    PRESETS.iter().enumerate().map(|(index, period)| Entry {
        // None of them has dates, which depend on a zone.
        words: format!("Range: {}", period.words(&Zone::utc())),
        keys: String::new(),
        command: Command::Preset(index),
    })
}

fn themes() -> impl Iterator<Item = Entry> {
    [
        (Tone::Dark, "dark"),
        (Tone::Light, "light"),
        (Tone::Mono, "mono"),
    ]
    .into_iter()
    .map(|(tone, name)| Entry {
        words: format!("Theme: {name}"),
        keys: String::new(),
        command: Command::Theme(tone),
    })
}
