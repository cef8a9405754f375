//! `config.toml`: looks, times, zones and keys.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use chrono::TimeDelta;
use clap::ValueEnum;
use etcetera::BaseStrategy;
use sbw_queries::range::parse_duration;
use sbw_queries::zone::Zone;
use serde::{Deserialize, Deserializer, de};

use crate::app::View;
use crate::args::short_time;
use crate::keymap::{BadBinding, Keymap, NotAKey, Rebound};
use crate::theme::{ChartMarker, Depth, Tone};

/// The file, as far as it says something.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// `dark`, `light` or `mono`.
    #[serde(deserialize_with = "one_of")]
    pub theme: Option<Tone>,
    /// `none`, `16`, `256` or `true`.
    #[serde(deserialize_with = "one_of")]
    pub color: Option<Depth>,
    /// `braille`, `block` or `dot`.
    #[serde(deserialize_with = "one_of")]
    pub marker: Option<ChartMarker>,
    /// Draw with ASCII only.
    pub ascii: Option<bool>,
    /// Time between refreshes: `10s`.
    #[serde(deserialize_with = "time")]
    pub refresh: Option<Duration>,
    /// The longest that the server may take: `5s`.
    #[serde(deserialize_with = "time")]
    pub query_timeout: Option<Duration>,
    /// The range to begin with: `7d`.
    #[serde(deserialize_with = "length")]
    pub last: Option<TimeDelta>,
    /// The view to begin with.
    #[serde(deserialize_with = "view")]
    pub view: Option<View>,
    /// The time zones to switch between, the first one first.
    #[serde(deserialize_with = "zones")]
    pub time_zones: Option<Vec<Zone>>,
    /// Take the mouse from the start.
    pub mouse: Option<bool>,
    /// Remember view, range, theme and columns from one run to the next.
    pub remember: Option<bool>,
    /// Keys for commands, in the place of those that they have.
    #[serde(deserialize_with = "keys")]
    pub keys: Vec<(String, Vec<String>)>,
}

/// The file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error("cannot read the settings {file}: {source}")]
    Read {
        /// Its name.
        file: String,
        /// Why.
        source: io::Error,
    },
    /// It says something that it cannot say.
    #[error("{file}: {problem}")]
    Wrong {
        /// Its name.
        file: String,
        /// The line and what is wrong with it.
        problem: String,
    },
}

/// Reads the settings: of a named file, else of the usual one if there is one.
pub fn load(named: Option<&Path>) -> Result<(Settings, Keymap), ConfigError> {
    let file = match named {
        Some(file) => file.to_owned(),
        None => match usual_file() {
            Some(file) if file.exists() => file,
            _ => return Ok((Settings::default(), Keymap::default())),
        },
    };
    let shown = file.display().to_string();
    let text = fs::read_to_string(&file).map_err(|source| ConfigError::Read {
        file: shown.clone(),
        source,
    })?;
    let wrong = |problem| ConfigError::Wrong {
        file: shown.clone(),
        problem,
    };
    let settings = parse(&text).map_err(wrong)?;
    let keymap = keymap(&settings, &text).map_err(wrong)?;
    Ok((settings, keymap))
}

fn usual_file() -> Option<PathBuf> {
    let folders = etcetera::choose_base_strategy().ok()?;
    Some(folders.config_dir().join("sbw-tui").join("config.toml"))
}

/// The settings in a text; else the line and what is wrong with it.
pub fn parse(text: &str) -> Result<Settings, String> {
    toml::from_str(text).map_err(|error| {
        let line = error.span().map(|span| line_at(text, span.start));
        let what = error
            .message()
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned();
        match line {
            Some(line) => format!("line {line}: {what}"),
            None => what,
        }
    })
}

/// The table of keys that the settings make; else the line of what it cannot have.
pub fn keymap(settings: &Settings, text: &str) -> Result<Keymap, String> {
    let at_line = |name: &str, problem: &dyn std::error::Error| {
        let line = text.lines().position(|line| {
            let key = line.split('=').next().unwrap_or_default();
            key.trim().trim_matches('"') == name
        });
        match line {
            Some(line) => format!("line {}: {problem}", line + 1),
            None => problem.to_string(),
        }
    };
    let mut rebound = Vec::new();
    for (command, keys) in &settings.keys {
        let keys = keys.iter().map(|key| key.parse());
        let keys = keys.collect::<Result<_, NotAKey>>();
        rebound.push(Rebound {
            command: command.clone(),
            keys: keys.map_err(|problem| at_line(command, &problem))?,
        });
    }
    Keymap::with(&rebound).map_err(|problem| {
        let name = match &problem {
            BadBinding::Unknown(name) => name.as_str(),
            BadBinding::Conflict { one, other, .. } => {
                // The one that the file speaks of; both may be.
                let named = |name: &&str| rebound.iter().any(|row| row.command == **name);
                [*other, *one].into_iter().find(named).unwrap_or(other)
            }
            BadBinding::NoWayOut => "quit",
        };
        at_line(name, &problem)
    })
}

fn line_at(text: &str, at: usize) -> usize {
    let before = text.as_bytes().iter().take(at);
    before.filter(|byte| **byte == b'\n').count() + 1
}

fn one_of<'de, D: Deserializer<'de>, T: ValueEnum>(from: D) -> Result<Option<T>, D::Error> {
    let text = String::deserialize(from)?;
    let value = T::from_str(&text, false).map_err(|_| {
        let known = T::value_variants()
            .iter()
            .filter_map(ValueEnum::to_possible_value);
        let known: Vec<String> = known.map(|value| value.get_name().to_owned()).collect();
        de::Error::custom(format!("{text:?} is none of {}", known.join(", ")))
    });
    value.map(Some)
}

fn time<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(from)?;
    short_time(&text).map(Some).map_err(de::Error::custom)
}

fn length<'de, D: Deserializer<'de>>(from: D) -> Result<Option<TimeDelta>, D::Error> {
    let text = String::deserialize(from)?;
    parse_duration(&text).map(Some).map_err(de::Error::custom)
}

fn view<'de, D: Deserializer<'de>>(from: D) -> Result<Option<View>, D::Error> {
    let text = String::deserialize(from)?;
    let found = View::ALL.into_iter().find(|view| view.slug() == text);
    found.map(Some).ok_or_else(|| {
        let known = View::ALL.map(View::slug).join(", ");
        de::Error::custom(format!("{text:?} is no view; use one of {known}"))
    })
}

fn zones<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<Zone>>, D::Error> {
    let texts = Vec::<String>::deserialize(from)?;
    if texts.is_empty() {
        return Err(de::Error::custom("time_zones needs one zone at least"));
    }
    let zones = texts.iter().map(|text| Zone::from_str(text));
    let zones = zones.collect::<Result<Vec<_>, _>>();
    zones.map(Some).map_err(de::Error::custom)
}

fn keys<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<(String, Vec<String>)>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMany {
        One(String),
        Many(Vec<String>),
    }
    let rows = BTreeMap::<String, OneOrMany>::deserialize(from)?;
    let rows = rows.into_iter().map(|(command, keys)| match keys {
        OneOrMany::One(key) => (command, vec![key]),
        OneOrMany::Many(keys) => (command, keys),
    });
    Ok(rows.collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use rstest::rstest;

    use super::*;

    #[test]
    fn everything_can_be_settled() {
        let text = r#"
theme = "light"
color = "256"
marker = "dot"
ascii = true
refresh = "30s"
query_timeout = "2s"
last = "24h"
view = "funnel"
time_zones = ["Asia/Ho_Chi_Minh", "UTC"]
mouse = true
remember = false

[keys]
refresh = ["R", "F5"]
compare = "v"
mouse = []
"#;
        let settings = parse(text).unwrap();
        assert_eq!(
            (settings.theme, settings.color, settings.marker),
            (
                Some(Tone::Light),
                Some(Depth::Ansi256),
                Some(ChartMarker::Dot)
            )
        );
        assert_eq!(settings.refresh, Some(Duration::from_secs(30)));
        assert_eq!(settings.last, Some(TimeDelta::hours(24)));
        assert_eq!(settings.view, Some(View::Funnel));
        assert_eq!(
            settings.time_zones.as_ref().unwrap()[0].as_str(),
            "Asia/Ho_Chi_Minh"
        );
        assert_eq!(settings.keys.len(), 3);
        assert!(keymap(&settings, text).is_ok());
        assert_eq!(parse("").unwrap(), Settings::default());
    }

    #[rstest]
    #[case("theme = \"dark\"\ncolour = \"256\"", "line 2: unknown field `colour`")]
    #[case(
        "\n\ntheme = \"pink\"",
        "line 3: \"pink\" is none of dark, light, mono"
    )]
    #[case("refresh = \"0\"", "line 1: write a time such as 10s")]
    #[case("refresh = 10", "line 1: invalid type: integer")]
    #[case("last = \"7\"", "line 1: \"7\" is not a length of time")]
    #[case(
        "view = \"front\"",
        "line 1: \"front\" is no view; use one of overview"
    )]
    #[case(
        "time_zones = [\"UTC+7\"]",
        "line 1: \"UTC+7\" is not an IANA time zone"
    )]
    #[case("time_zones = []", "line 1: time_zones needs one")]
    #[case("theme = ", "line 1: ")]
    fn what_cannot_be_is_said_with_its_line(#[case] text: &str, #[case] words: &str) {
        let problem = parse(text).unwrap_err();
        assert!(problem.starts_with(words), "{problem}");
    }

    #[rstest]
    #[case(
        "[keys]\nrefresh = \"q\"",
        "line 2: q would be both refresh and quit in Overview"
    )]
    #[case(
        "mouse = true\n[keys]\nfly = \"F\"",
        "line 3: no command is called \"fly\""
    )]
    #[case("[keys]\nquit = []", "line 2: quit needs a key")]
    #[case(
        "[keys]\nhelp = \"H\"\nrefresh = \"Hyper-R\"",
        "line 3: \"Hyper-R\" is no key"
    )]
    fn keys_that_cannot_be_are_said_with_their_line(#[case] text: &str, #[case] words: &str) {
        let problem = keymap(&parse(text).unwrap(), text).unwrap_err();
        assert!(problem.starts_with(words), "{problem}");
    }
}
