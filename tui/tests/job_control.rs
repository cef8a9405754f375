//! Stopping and going on: by a key, by signals, under whatever started it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::fs;

use common::program::{Program, command, flags};
use portable_pty::CommandBuilder;
use rstest::rstest;

const DASHBOARD: [&str; 2] = ["1 Overview", "q quit"];

/// A shell with job control, as a person has it in a terminal.
fn shell() -> Program {
    let mut bash = CommandBuilder::new("bash");
    bash.args(["--norc", "--noprofile", "-i"]);
    let ours = command(&[]);
    for (name, value) in ours.iter_full_env_as_str() {
        bash.env(name, value);
    }
    bash.env("PS1", "ready> ");
    bash.cwd("/");
    let program = Program::start(bash, 100, 30);
    program.wait_for(&["ready>"]);
    program
}

/// The words that start a dashboard that has nothing to connect to.
fn words() -> String {
    let flags = flags(1).join(" ");
    format!("{} {flags} --no-state", env!("CARGO_BIN_EXE_sbw-tui"))
}

fn has_the_shell_back(shell: &mut Program) {
    shell.wait_until("the prompt", |screen| {
        !shell.is_on_its_screen() && shell.shows_the_cursor() && screen.contains("Stopped")
    });
    // The terminal's modes are a shell's again: what is typed shows, lines end.
    shell.send("echo back $((40 + 2))\r");
    shell.wait_for(&["back 42"]);
}

fn is_drawn(shell: &Program) {
    shell.wait_until("the dashboard", |screen| {
        shell.is_on_its_screen() && DASHBOARD.iter().all(|words| screen.contains(words))
    });
}

/// How often the dashboard took the screen over.
fn enters(shell: &Program) -> usize {
    let written = shell.written();
    written
        .windows(8)
        .filter(|bytes| bytes == b"\x1b[?1049h")
        .count()
}

/// The dashboards that a process started, however deep.
fn dashboards_under(pid: u32) -> Vec<u32> {
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
    let children = children.unwrap_or_default();
    let children = children.split_whitespace().map(|pid| pid.parse().unwrap());
    children
        .flat_map(|pid: u32| {
            let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
            let mut found = dashboards_under(pid);
            found.extend((name.trim() == "sbw-tui").then_some(pid));
            found
        })
        .collect()
}

#[rstest]
#[case::a_shell(&words())]
#[case::a_script(&format!("sh -c '{}; true'", words()))]
#[case::a_script_in_a_script(&format!("bash -c \"sh -c '{}; true'; true\"", words()))]
#[case::make(&format!("make --no-print-directory --eval 'all: ; @{}'", words()))]
#[case::env(&format!("env nice {}", words()))]
fn the_key_stops_all_that_the_shell_waits_for(#[case] line: &str) {
    let mut shell = shell();
    shell.send(&format!("{line}\r"));
    for _ in 0..2 {
        is_drawn(&shell);
        shell.send("\u{1a}");
        has_the_shell_back(&mut shell);
        shell.send("clear; fg\r");
    }
    is_drawn(&shell);
    shell.send("q");
    shell.wait_until("the end", |_| !shell.is_on_its_screen());
    shell.send("echo left with $?\r");
    shell.wait_for(&["left with 0"]);
}

#[rstest]
#[case::itself(command(&["--no-state", "--host", "127.0.0.1", "--port", "1"]))]
#[case::a_script({
    let mut script = command(&[]);
    *script.get_argv_mut() = vec!["sh".into(), "-c".into(), format!("{}; true", words()).into()];
    script
})]
fn without_a_shell_it_goes_on(#[case] command: CommandBuilder) {
    let mut program = Program::start(command, 100, 30);
    program.wait_for(&DASHBOARD);
    program.send("\u{1a}");
    program.wait_for(&["There is no shell behind this"]);
    assert!(program.is_on_its_screen());
    program.send("2");
    program.wait_for(&["The funnel comes", "q quit"]);
    program.send("q");
    let (status, _) = program.wait_for_end();
    assert!(status.success(), "{status:?}");
}

#[test]
fn a_signal_to_stop_leaves_a_clean_terminal() {
    let mut shell = shell();
    shell.send(&format!("{}\r", words()));
    for _ in 0..2 {
        is_drawn(&shell);
        let [pid] = dashboards_under(shell.pid())[..] else {
            panic!("one dashboard was started");
        };
        signal(pid, "TSTP");
        has_the_shell_back(&mut shell);
        shell.send("clear; fg\r");
    }
    is_drawn(&shell);
    shell.send("q");
    shell.wait_until("the end", |_| !shell.is_on_its_screen());
}

/// Nobody can tidy up before `SIGSTOP`; going on afterwards must.
#[test]
fn it_draws_the_screen_anew_after_any_stop() {
    let mut shell = shell();
    shell.send(&format!("{}\r", words()));
    for turn in 1..=3 {
        shell.wait_until("the screen, taken over anew", |_| enters(&shell) == turn);
        is_drawn(&shell);
        let [pid] = dashboards_under(shell.pid())[..] else {
            panic!("one dashboard was started");
        };
        signal(pid, "STOP");
        shell.wait_for(&["Stopped"]);
        // What the shell leaves of the screen and of the terminal's modes.
        shell.send("clear; stty sane; fg\r");
    }
    shell.wait_until("the screen, taken over anew", |_| enters(&shell) == 4);
    is_drawn(&shell);
    // In the modes that it needs: a key works without Enter, and is not echoed.
    shell.send("2");
    shell.wait_for(&["The funnel comes"]);
    shell.send("q");
    shell.wait_until("the end", |_| !shell.is_on_its_screen());
    shell.send("echo left with $?\r");
    shell.wait_for(&["left with 0"]);
}

#[test]
fn in_the_background_it_waits_for_the_terminal() {
    let mut shell = shell();
    shell.send(&format!("{}\r", words()));
    is_drawn(&shell);
    shell.send("\u{1a}");
    has_the_shell_back(&mut shell);
    shell.send("clear; bg; sleep 0.2; jobs\r");
    shell.wait_for(&["Stopped"]);
    assert!(!shell.is_on_its_screen(), "{}", shell.screen());
    shell.send("fg\r");
    is_drawn(&shell);
    shell.send("q");
    shell.wait_until("the end", |_| !shell.is_on_its_screen());
}

#[test]
fn a_storm_of_signals_leaves_it_working() {
    let mut program = Program::dashboard(1, &["--no-state"]);
    program.wait_for(&DASHBOARD);
    for turn in 0..30 {
        for name in ["WINCH", "CONT", "TSTP", "STOP", "CONT", "WINCH"] {
            program.signal(name);
        }
        program.resize(80 + turn, 24 + turn % 7);
    }
    program.resize(100, 30);
    program.signal("CONT");
    program.send("3");
    program.wait_for(&["3 Products", "q quit"]);
    is_drawn(&program);
    program.send("q");
    let (status, _) = program.wait_for_end();
    assert!(
        status.success() && !program.is_on_its_screen(),
        "{status:?}"
    );
}

fn signal(pid: u32, name: &str) {
    let kill = std::process::Command::new("kill")
        .args(["-s", name, &pid.to_string()])
        .status()
        .unwrap();
    assert!(kill.success());
}
