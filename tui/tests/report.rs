//! Numbers without a terminal: formats, fields, exit codes.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::process::{Command, Output};

use chrono::{DateTime, Utc};
use common::program::flags;
use common::warehouse::Warehouse;
use rstest::rstest;
use serde_json::Value;

fn end() -> DateTime<Utc> {
    "2025-12-03T00:00:00Z".parse().unwrap()
}

fn report(port: u16, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sbw-tui"));
    command
        .arg("report")
        .args(words)
        .args(flags(port))
        .env("HOME", "/nonexistent");
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("PG")) {
            command.env_remove(name);
        }
    }
    command.output().unwrap()
}

fn printed(port: u16, words: &[&str]) -> String {
    let output = report(port, words);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{words:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

const RANGE: [&str; 4] = ["--from", "2025-12-01", "--to", "2025-12-03T00:00:00Z"];

#[tokio::test(flavor = "multi_thread")]
async fn every_view_in_every_format() {
    let shop = Warehouse::with_traffic(200, end(), 40.0).await;
    for view in [
        "overview",
        "timeseries",
        "events",
        "logins",
        "funnel",
        "raw",
        "pipeline",
    ] {
        for format in ["table", "json", "csv", "md"] {
            let words: Vec<&str> = [view, "--format", format]
                .into_iter()
                .chain(RANGE)
                .collect();
            let text = printed(shop.port(), &words);
            match format {
                "json" => {
                    let document: Value = serde_json::from_str(&text).unwrap();
                    assert_eq!(document["view"], view);
                    assert_eq!(document["from"], "2025-12-01T00:00:00Z");
                    assert_eq!(document["to"], "2025-12-03T00:00:00Z");
                    assert_eq!(document["filter"], serde_json::json!({}));
                }
                "csv" => {
                    let mut rows = csv::Reader::from_reader(text.as_bytes());
                    let columns = rows.headers().unwrap().len();
                    assert!(rows.records().all(|row| row.unwrap().len() == columns));
                }
                "md" => {
                    let pipes = |line: &str| line.replace("\\|", "").matches('|').count();
                    let table: Vec<&str> =
                        text.lines().filter(|line| line.starts_with('|')).collect();
                    assert!(
                        table.len() > 2 && table.iter().all(|line| pipes(line) == pipes(table[0])),
                        "{text}"
                    );
                }
                _ => assert!(
                    text.starts_with(&format!("{view}, 2025-12-01T00:00:00Z to")),
                    "{text}"
                ),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_look_like_this() {
    let shop = Warehouse::with_traffic(200, end(), 40.0).await;
    for view in ["overview", "events", "logins", "funnel"] {
        let words: Vec<&str> = [view].into_iter().chain(RANGE).collect();
        insta::assert_snapshot!(format!("report-{view}"), printed(shop.port(), &words));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_limits_and_pages_are_passed_on() {
    let shop = Warehouse::with_traffic(200, end(), 40.0).await;
    let json = |words: &[&str]| -> Value {
        let words: Vec<&str> = words
            .iter()
            .copied()
            .chain(RANGE)
            .chain(["--format", "json"])
            .collect();
        serde_json::from_str(&printed(shop.port(), &words)).unwrap()
    };
    let guests = json(&["overview", "--login", "guest", "--brand", "AULA"]);
    assert_eq!(
        guests["filter"],
        serde_json::json!({"login": "guest", "brand": "AULA"})
    );
    let events = json(&["events", "--limit", "3"]);
    assert_eq!(events["rows"].as_array().unwrap().len(), 3);
    let hours = json(&["timeseries", "--bucket", "week"]);
    assert_eq!(hours["bucket"], "week");
    let steps = json(&["funnel", "--steps", "page_view,click"]);
    assert_eq!(steps["rows"].as_array().unwrap().len(), 2);
    let groups = json(&["funnel", "--by", "login"]);
    assert!(groups["groups"].as_array().unwrap().len() > 1);
    let first = json(&["raw", "--limit", "5"]);
    let last = first["rows"][4].clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let cursor = format!(
        "{},{}",
        text(&last["event_timestamp"]),
        text(&last["event_id"])
    );
    let next = json(&["raw", "--limit", "5", "--before", &cursor]);
    let both = json(&["raw", "--limit", "10"]);
    let rows = |document: &Value| document["rows"].as_array().unwrap().clone();
    assert_eq!([rows(&first), rows(&next)].concat(), rows(&both));
    assert_eq!(last.as_object().unwrap().len(), 16);
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_text_is_harmless_in_every_format() {
    let shop = Warehouse::empty().await;
    let client = shop.client("clickstream_dw").await;
    let hostile = "=cmd|' /C calc'!A0\u{1b}]52;c;aGk=\u{7}\u{202e}|`x`";
    let insert = "insert into public.clickstream_events (event_id, event_timestamp, event_name)
         values (gen_random_uuid(), '2025-12-01T10:00:00Z', $1)";
    client.execute(insert, &[&hostile]).await.unwrap();
    for format in ["table", "json", "csv", "md"] {
        let words: Vec<&str> = ["events", "--format", format]
            .into_iter()
            .chain(RANGE)
            .collect();
        let text = printed(shop.port(), &words);
        assert!(
            !text
                .chars()
                .any(|c| c != '\n' && sbw_tui::text::is_harmful(c)),
            "{text:?}"
        );
        match format {
            "json" => {
                let document: Value = serde_json::from_str(&text).unwrap();
                assert_eq!(
                    document["rows"][0]["event_name"], hostile,
                    "the value itself is kept"
                );
            }
            "csv" => assert!(text.contains("\n'=cmd"), "{text}"),
            _ => assert!(text.contains("=cmd"), "{text}"),
        }
    }
}

#[rstest]
#[case::usage(&["overview", "--last", "7"], 2, "--last")]
#[case::misplaced(&["overview", "--limit", "3"], 2, "--limit belongs to report events and raw")]
#[case::reversed(&["overview", "--from", "2025-12-03", "--to", "2025-12-01"], 2, "swap the two")]
#[case::no_such_database(&["overview", "--dbname", "elsewhere"], 3, "no database")]
#[case::missing_tables(&["overview"], 1, "sbw-etl migrate")]
#[tokio::test(flavor = "multi_thread")]
async fn failures_say_what_to_do(#[case] words: &[&str], #[case] code: i32, #[case] because: &str) {
    let bare = Warehouse::bare().await;
    let output = report(bare.port(), words);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{errors}");
    assert!(errors.contains(because), "{errors}");
    assert!(output.stdout.is_empty());
}

#[test]
fn nobody_there_is_exit_3() {
    let output = report(1, &["overview"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("check host and port")
    );
}
