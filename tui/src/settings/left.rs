//! What the reader left the last time: view, range, theme, columns.
//!
//! A convenience, never a reason to fail: what cannot be read is as good as nothing.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use clap::ValueEnum;
use etcetera::BaseStrategy;
use serde::{Deserialize, Serialize};

use crate::app::{EventColumn, View};
use crate::period::Period;
use crate::runtime::Left;
use crate::theme::Tone;

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Written {
    view: String,
    range: String,
    theme: String,
    columns: Vec<String>,
}

/// What was left, as far as it can be understood.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Recalled {
    pub(crate) view: Option<View>,
    pub(crate) period: Option<Period>,
    pub(crate) tone: Option<Tone>,
    pub(crate) event_columns: Vec<EventColumn>,
}

/// Reads what was left.
pub(crate) fn recall(now: DateTime<Utc>) -> Recalled {
    let Some(file) = file() else {
        return Recalled::default();
    };
    fs::read_to_string(file)
        .ok()
        .map_or_else(Recalled::default, |text| understand(&text, now))
}

fn understand(text: &str, now: DateTime<Utc>) -> Recalled {
    let written: Written = serde_json::from_str(text).unwrap_or_default();
    let column = |name: &String| {
        let known = EventColumn::ALL.into_iter();
        known.into_iter().find(|column| column.title() == name)
    };
    Recalled {
        view: View::ALL
            .into_iter()
            .find(|view| view.slug() == written.view),
        period: Period::from_setting(&written.range, now),
        tone: Tone::from_str(&written.theme, false).ok(),
        event_columns: written.columns.iter().filter_map(column).collect(),
    }
}

/// Keeps what is left for the next time.
pub(crate) fn forget_nothing(left: &Left) {
    let Some(file) = file() else {
        return;
    };
    if let Err(error) = write(&file, left) {
        tracing::warn!(%error, file = %file.display(), "cannot remember the view");
    }
}

fn write(file: &Path, left: &Left) -> io::Result<()> {
    let tone = left.tone.and_then(|tone| tone.to_possible_value());
    let written = Written {
        view: left.view.slug().to_owned(),
        range: left.period.to_setting(),
        theme: tone.map_or_else(String::new, |tone| tone.get_name().to_owned()),
        columns: left
            .event_columns
            .iter()
            .map(|column| column.title().to_owned())
            .collect(),
    };
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    // Two programs may end at once: each writes its own file, whole or not at all.
    let draft = file.with_extension(format!("{}.tmp", std::process::id()));
    let mut options = OpenOptions::new();
    options.create(true).write(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = options.open(&draft)?;
    out.write_all(serde_json::to_string_pretty(&written)?.as_bytes())?;
    out.write_all(b"\n")?;
    fs::rename(&draft, file)
}

fn file() -> Option<PathBuf> {
    let folders = etcetera::choose_base_strategy().ok()?;
    let folder = folders.state_dir().unwrap_or_else(|| folders.data_dir());
    Some(folder.join("sbw-tui").join("state.json"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use chrono::TimeDelta;
    use rstest::rstest;
    use sbw_queries::range::TimeRange;

    use super::*;

    fn now() -> DateTime<Utc> {
        "2025-12-03T13:06:00Z".parse().unwrap()
    }

    #[rstest]
    #[case(Period::last(TimeDelta::minutes(90)))]
    #[case(Period::last(TimeDelta::seconds(3_630)))]
    #[case(Period::Today)]
    #[case(Period::Yesterday)]
    #[case(Period::ThisMonth)]
    #[case(Period::Fixed(TimeRange::new(now() - TimeDelta::milliseconds(90_001), now()).unwrap()))]
    fn what_is_left_is_what_is_found(#[case] period: Period) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("deep").join("state.json");
        let left = Left {
            view: View::Brands,
            period,
            tone: Some(Tone::Light),
            event_columns: vec![EventColumn::EventTimestamp, EventColumn::ProductUrlPath],
        };
        write(&file, &left).unwrap();
        let found = understand(&fs::read_to_string(&file).unwrap(), now());
        let expected = Recalled {
            view: Some(View::Brands),
            period: Some(period),
            tone: Some(Tone::Light),
            event_columns: left.event_columns,
        };
        assert_eq!(found, expected);
        assert_eq!(
            fs::read_dir(file.parent().unwrap()).unwrap().count(),
            1,
            "no draft is left"
        );
    }

    #[rstest]
    #[case("")]
    #[case("{")]
    #[case("[1]")]
    #[case("{\"view\": \"front\", \"range\": \"soon\", \"theme\": \"pink\", \"columns\": [\"x\"]}")]
    fn nonsense_is_as_good_as_nothing(#[case] text: &str) {
        assert_eq!(understand(text, now()), Recalled::default());
    }
}
