//! A short soak: every kind of fault, and nothing is lost.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::process::Command;

#[test]
fn nothing_is_lost_while_everything_fails() {
    let output = Command::new(env!("CARGO_BIN_EXE_sbw-soak"))
        .args(["--seconds", "45", "--rate", "100", "--seed", "3"])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let trouble = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{told}{trouble}");
}
