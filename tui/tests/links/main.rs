//! What stands between the program and the warehouse: TLS as people set it up, poolers,
//! standbys, clocks, and roles with settings of their own.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../common/mod.rs"]
mod common;

mod certificates;
mod clock;
mod odd_settings;
mod pooler;
mod psql;
mod standby;

use std::process::{Command, Output};

/// The program without a terminal, and without this machine's habits of connecting.
fn program(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sbw-tui"));
    command.args(words).env("HOME", "/dev/null");
    without_habits(&mut command);
    command
}

fn without_habits(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("PG")) {
            command.env_remove(name);
        }
    }
    command.stdin(std::process::Stdio::null());
}

/// What a report of a local server prints; the errors, too.
fn report(port: u16, words: &[&str]) -> Output {
    let flags = common::program::flags(port);
    let mut command = program(&["report"]);
    command.args(words).args(flags).output().unwrap()
}

/// What it prints when all is well.
#[track_caller]
fn printed(port: u16, words: &[&str]) -> String {
    let output = report(port, words);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{words:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// A dashboard that asks by the clock shows what comes, and ends when it is told to.
async fn shows_what_comes(mut program: common::program::Program, writer: tokio_postgres::Client) {
    program.send("8");
    program.wait_for(&["time, UTC", "every 1 s"]);
    let insert = "insert into public.clickstream_events (event_id, event_timestamp, event_name)
                  values (gen_random_uuid(), now(), 'brand_new_event')";
    writer.batch_execute(insert).await.unwrap();
    program.wait_for(&["brand_new_event"]);
    program.send("q");
    assert!(program.wait_for_end().0.success());
}
