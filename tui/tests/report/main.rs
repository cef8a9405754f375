//! Numbers without a terminal: formats, fields, exit codes.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../common/mod.rs"]
mod common;

mod all;
mod failures;
mod hostile;
mod options;
mod views;

use std::process::{Command, Output};

use chrono::{DateTime, Utc};
use common::program::flags;
use common::warehouse::Warehouse;
use serde_json::Value;

/// Two days of a made-up shop, the last session just before the range ends.
async fn shop() -> Warehouse {
    let end: DateTime<Utc> = "2025-12-03T00:00:00Z".parse().unwrap();
    Warehouse::with_traffic(200, end, 40.0).await
}

const RANGE: [&str; 4] = ["--from", "2025-12-01", "--to", "2025-12-03T00:00:00Z"];

/// What the program does when it is asked for a report.
fn report(port: u16, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sbw-tui"));
    command
        .arg("report")
        .args(words)
        .args(flags(port))
        .env("HOME", "/dev/null");
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("PG")) {
            command.env_remove(name);
        }
    }
    command.output().unwrap()
}

/// What it prints about the range, when all is well.
fn printed(port: u16, words: &[&str]) -> String {
    let words = [words, &RANGE].concat();
    let output = report(port, &words);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{words:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

fn json(port: u16, words: &[&str]) -> Value {
    let words = [words, &["--format", "json"]].concat();
    serde_json::from_str(&printed(port, &words)).unwrap()
}

fn rows(document: &Value) -> &Vec<Value> {
    document["rows"].as_array().unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}
