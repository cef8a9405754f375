//! `sbw-local` in a terminal: the dashboard opens on the live platform, and
//! leaving it stops everything.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::io::{Read, Write};
use std::sync::mpsc;
use std::time::Instant;

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use support::{PATIENCE, is_empty, open_dir};

#[test]
fn leaving_the_dashboard_stops_everything() {
    let temp = open_dir();
    let size = PtySize {
        rows: 40,
        cols: 120,
        ..PtySize::default()
    };
    let pty = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_sbw-local"));
    command.args(["--api-port=0", "--days=1", "--events=300", "--etl-every=1s"]);
    command.env("TMPDIR", temp.path());
    command.env("TERM", "xterm-256color");
    let mut process = pty.slave.spawn_command(command).unwrap();
    drop(pty.slave);

    let mut reader = pty.master.try_clone_reader().unwrap();
    let (tell, shown) = mpsc::channel();
    std::thread::spawn(move || {
        let mut part = [0; 4_096];
        // At the end of the program the terminal says so with an error.
        while let Ok(count @ 1..) = reader.read(&mut part) {
            if tell.send(part[..count].to_vec()).is_err() {
                break;
            }
        }
    });
    let mut screen = Vec::new();
    let deadline = Instant::now() + PATIENCE;
    let mut wait_for = |text: &str| loop {
        let so_far = String::from_utf8_lossy(&screen).into_owned();
        if so_far.contains(text) {
            break;
        }
        let left = deadline.saturating_duration_since(Instant::now());
        match shown.recv_timeout(left) {
            Ok(part) => screen.extend(part),
            Err(error) => panic!("never showed {text:?} ({error}): {so_far}"),
        }
    };
    wait_for("starting PostgreSQL");
    // The alternate screen, and on it the database that it reads.
    wait_for("\u{1b}[?1049h");
    wait_for("clickstream_dw");
    pty.master.take_writer().unwrap().write_all(b"q").unwrap();
    wait_for("\u{1b}[?1049l");
    assert!(process.wait().unwrap().success());
    assert!(is_empty(temp.path()), "files are left");
}
