//! `--ssm`: a tunnel that is opened, restarted and ended by the program itself.
//!
//! An `aws` of our own stands on the PATH. Like the real one it starts a helper,
//! and the helper forwards a port: it is this very test program.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use chrono::Utc;
use common::program::{Program, command, flags};
use common::warehouse::Warehouse;
use tempfile::TempDir;

const INSTANCE: &str = "i-0abc123def4567890";

/// Forwards as it was told; without being told it is a test that has nothing to do.
#[test]
fn helper() {
    let Ok(words) = std::env::var("FAKE_AWS_SAYS") else {
        return;
    };
    let port = |name: &str| -> u16 {
        let value = words.split(&format!("\"{name}\":[\"")).nth(1).unwrap();
        value.split('"').next().unwrap().parse().unwrap()
    };
    let (local, remote) = (port("localPortNumber"), port("portNumber"));
    let listener = TcpListener::bind(("127.0.0.1", local)).unwrap();
    let folder = std::env::var("FAKE_AWS_FOLDER").unwrap();
    let pids = Path::new(&folder).join("pids");
    let mut pids = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(pids)
        .unwrap();
    writeln!(pids, "{}", std::process::id()).unwrap();
    for client in listener.incoming() {
        let (Ok(client), Ok(server)) = (client, TcpStream::connect(("127.0.0.1", remote))) else {
            continue;
        };
        let (from, to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
        std::thread::spawn(move || pass(from, to));
        std::thread::spawn(move || pass(server, client));
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream) {
    let mut bytes = vec![0; 65_536];
    while let Ok(read @ 1..) = from.read(&mut bytes) {
        if to.write_all(&bytes[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(std::net::Shutdown::Both);
}

/// A folder with an `aws` in it.
fn aws(script: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("aws");
    fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

/// One that does what the real one does: it stays, and its helper forwards.
fn working_aws() -> TempDir {
    let this = std::env::current_exe().unwrap();
    aws(&format!(
        "test \"$1 $2 $3 $4\" = 'ssm start-session --target {INSTANCE}' || exit 9\n\
         test \"$5 $6\" = '--document-name AWS-StartPortForwardingSession' || exit 9\n\
         echo 'Starting session with SessionId: somebody-0a1b'\n\
         FAKE_AWS_SAYS=\"$*\" FAKE_AWS_FOLDER=\"$(dirname \"$0\")\" '{}' --exact helper --nocapture &\n\
         wait",
        this.display()
    ))
}

fn dashboard(aws: &TempDir, port: u16) -> Program {
    let port = port.to_string();
    let mut command = command(&["--ssm", INSTANCE, "--port", &port]);
    command.env("PATH", format!("{}:/usr/bin:/bin", aws.path().display()));
    Program::start(command, 120, 40)
}

fn helpers(aws: &TempDir) -> Vec<u32> {
    let pids = fs::read_to_string(aws.path().join("pids")).unwrap_or_default();
    pids.lines().map(|pid| pid.parse().unwrap()).collect()
}

fn runs(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    !stat.is_empty() && !stat.contains(") Z ")
}

#[track_caller]
fn ends(pid: u32) {
    for _ in 0..600 {
        if !runs(pid) {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("the helper {pid} outlives the dashboard");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tunnel_is_opened_restarted_when_it_dies_and_ended_with_the_program() {
    let shop = Warehouse::with_traffic(100, Utc::now(), 20.0).await;
    let aws = working_aws();
    let mut program = dashboard(&aws, shop.port());
    program.wait_for(&[
        &format!("clickstream_dw on {INSTANCE}"),
        "● connected",
        "Revenue",
    ]);
    let first = helpers(&aws)[0];
    assert!(
        Command::new("kill")
            .arg(first.to_string())
            .status()
            .unwrap()
            .success()
    );
    program.wait_until("another tunnel", |screen| {
        helpers(&aws).len() > 1 && screen.contains("● connected")
    });
    let second = *helpers(&aws).last().unwrap();
    program.send("q");
    assert!(program.wait_for_end().0.success());
    ends(second);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_ends_the_tunnel_too() {
    let shop = Warehouse::with_traffic(20, Utc::now(), 20.0).await;
    let aws = working_aws();
    let mut program = dashboard(&aws, shop.port());
    program.wait_for(&["● connected", "Revenue"]);
    program.signal("TERM");
    assert!(program.wait_for_end().0.success());
    ends(*helpers(&aws).last().unwrap());
}

#[test]
fn an_aws_that_fails_is_quoted_and_one_that_is_missing_is_named() {
    let failing =
        aws("echo 'An error occurred (TargetNotConnected): not connected.' >&2; exit 254");
    let program = dashboard(&failing, 5432);
    program.wait_for(&["TargetNotConnected", "✗ lost, try"]);
    let none = tempfile::tempdir().unwrap();
    let mut command = command(&["--ssm", INSTANCE]);
    command.env("PATH", none.path());
    let program = Program::start(command, 120, 40);
    program.wait_for(&["Cannot run `aws`", "Session Manager plugin"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_goes_through_a_tunnel_and_ends_it() {
    let shop = Warehouse::with_traffic(20, Utc::now(), 20.0).await;
    let aws = working_aws();
    let mut command = Command::new(env!("CARGO_BIN_EXE_sbw-tui"));
    let flags = flags(shop.port());
    command
        .args(["report", "events", "--format", "csv", "--ssm", INSTANCE])
        .args(&flags)
        .env("HOME", "/dev/null")
        .env("PATH", format!("{}:/usr/bin:/bin", aws.path().display()));
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(text.contains("product_view,"), "{text}");
    ends(helpers(&aws)[0]);
}
