//! The file of settings, and what is remembered from one run to the next.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::fs;

use common::program::{Program, command};
use rstest::rstest;
use tempfile::TempDir;

/// The dashboard of nobody's server, with a home of its own.
fn at_home(home: &TempDir, more: &[&str]) -> Program {
    let arguments = [&["--host", "127.0.0.1", "--port", "1"], more].concat();
    let mut command = command(&arguments);
    command.env("HOME", home.path());
    for folder in ["XDG_CONFIG_HOME", "XDG_STATE_HOME"] {
        command.env_remove(folder);
    }
    let program = Program::start(command, 120, 30);
    program.wait_for(&["✗ lost"]);
    program
}

fn quit(mut program: Program) {
    program.send("q");
    assert!(program.wait_for_end().0.success());
}

fn settle(home: &TempDir, text: &str) {
    let folder = home.path().join(".config").join("sbw-tui");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), text).unwrap();
}

#[test]
fn view_range_and_theme_are_remembered_unless_told_not_to() {
    let home = tempfile::tempdir().unwrap();
    let mut program = at_home(&home, &[]);
    program.send("3");
    program.send("t");
    program.wait_for(&["this month"]);
    program.send("gj\r");
    program.wait_for(&["waiting for last 24 h"]);
    program.send(":theme light\r");
    quit(program);
    let state = home.path().join(".local/state/sbw-tui/state.json");
    let written = fs::read_to_string(&state).unwrap();
    assert!(
        written.contains("\"products\"") && written.contains("\"light\""),
        "{written}"
    );

    let program = at_home(&home, &[]);
    program.wait_for(&["The products come", "waiting for last 24 h"]);
    quit(program);

    // A flag wins, and a run that remembers nothing leaves the file as it was.
    let mut program = at_home(&home, &["--no-state", "--last", "30d"]);
    program.wait_for(&["The numbers come", "waiting for last 30 d"]);
    program.send("5");
    quit(program);
    assert_eq!(fs::read_to_string(&state).unwrap(), written);

    settle(&home, "remember = false");
    let program = at_home(&home, &[]);
    program.wait_for(&["The numbers come", "waiting for last 7 d"]);
    quit(program);
    assert_eq!(fs::read_to_string(&state).unwrap(), written);
}

#[test]
fn the_file_of_settings_settles_looks_and_keys() {
    let home = tempfile::tempdir().unwrap();
    settle(
        &home,
        "ascii = true\nlast = \"24h\"\nview = \"funnel\"\n[keys]\nhelp = \"H\"\nquit = [\"x\"]\n",
    );
    let arguments = ["--host", "127.0.0.1", "--port", "1"];
    let mut command = command(&arguments);
    command.env("HOME", home.path());
    command.env_remove("XDG_CONFIG_HOME");
    let mut program = Program::start(command, 120, 30);
    program.wait_for(&[
        "x lost",
        "The funnel comes",
        "waiting for last 24 h",
        "H help",
        "x quit",
    ]);
    program.send("q");
    program.send("H");
    program.wait_for(&["Keys", "Overview: the shop"]);
    program.send("\u{1b}");
    program.wait_until("no help", |screen| !screen.contains("Overview: the shop"));
    program.send("x");
    assert!(program.wait_for_end().0.success());
}

#[rstest]
#[case("theme = \"pink\"", "line 1: \"pink\" is none of dark, light, mono")]
#[case("# mine\nrefersh = \"10s\"", "line 2: unknown field `refersh`")]
#[case("[keys]\nexport = \"q\"", "line 2: q would be both export and quit")]
fn settings_that_cannot_be_are_refused_with_their_line(#[case] text: &str, #[case] words: &str) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.toml");
    fs::write(&file, text).unwrap();
    let mut program = Program::start(command(&["--config", file.to_str().unwrap()]), 200, 30);
    let (status, _) = program.wait_for_end();
    assert_eq!(status.exit_code(), 2);
    let screen = program.screen();
    assert!(
        screen.contains("mine.toml") && screen.contains(words),
        "{screen}"
    );
}

#[test]
fn a_file_that_was_named_must_be_there() {
    let mut program = Program::start(command(&["--config", "/nonexistent/x.toml"]), 120, 30);
    assert_eq!(program.wait_for_end().0.exit_code(), 2);
    assert!(
        program
            .screen()
            .contains("cannot read the settings /nonexistent/x.toml")
    );
}
