//! The binary where there is no Lambda; `infra/deployed` runs it where there is.

use std::process::Command;

#[test]
fn outside_lambda_it_says_what_to_do() {
    let output = Command::new(env!("CARGO_BIN_EXE_clickstream-lambda-ingest"))
        .env_clear()
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("run sbw-local"), "{said}");
}
