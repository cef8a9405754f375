//! A warehouse that is older or newer than the program, not there, or closed to
//! the reader: what the dashboard and a report say of it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::process::{Command, Output};

use common::program::{Program, flags};
use common::warehouse::Warehouse;
use rstest::rstest;
use sbw_queries::migrate::migrate;

const OLDER: &str = "delete from etl.schema_history where version > 20261201";

const NEWER: &str = "insert into etl.schema_history (version, name, applied_on, checksum)
    select 20991231, name, applied_on, checksum from etl.schema_history limit 1";

const STRANGER: &str = "create role stranger login";

/// What an older warehouse may lack: the question has no answer then.
const WITHOUT_EVENTS: &str = "alter table public.clickstream_events rename to elsewhere";

async fn changed(statements: &[&str]) -> Warehouse {
    let warehouse = Warehouse::empty().await;
    let client = warehouse.client("clickstream_dw").await;
    for statement in statements {
        client.batch_execute(statement).await.unwrap();
    }
    warehouse
}

fn report(port: u16, more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sbw-tui"));
    command
        .args(["report", "events", "--format", "csv"])
        .args(flags(port))
        .args(more)
        .env("HOME", "/dev/null");
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("PG")) {
            command.env_remove(name);
        }
    }
    command.output().unwrap()
}

#[rstest]
#[case::current(&[], &[], 0, &[])]
#[case::older(&[OLDER], &[], 0, &["is at version 20261201", "an operator runs"])]
#[case::newer(&[NEWER], &[], 0, &["is at version 20991231", "update this program"])]
#[case::older_and_it_shows(&[OLDER, WITHOUT_EVENTS], &[], 1, &["is at version 20261201", "an operator runs"])]
#[case::newer_and_it_shows(&[NEWER, WITHOUT_EVENTS], &[], 1, &["is at version 20991231", "update this program"])]
#[case::closed(&[STRANGER], &["--user", "stranger"], 1, &["may not read", "connect as sbw_reader"])]
#[tokio::test(flavor = "multi_thread")]
async fn a_report_warns_or_says_why_it_fails(
    #[case] statements: &[&str],
    #[case] more: &[&str],
    #[case] code: i32,
    #[case] words: &[&str],
) {
    let warehouse = changed(statements).await;
    let output = report(warehouse.port(), more);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert!(words.iter().all(|words| said.contains(words)), "{said}");
    assert_eq!(
        said.lines().count(),
        usize::from(!words.is_empty()),
        "{said}"
    );
    let printed = String::from_utf8(output.stdout).unwrap();
    let head = "event_name,events,percent";
    assert_eq!(printed.trim(), if code == 0 { head } else { "" });
}

#[rstest]
#[case::older(&[OLDER], &[], &["● connected", "is at version 20261201", "an operator runs"])]
#[case::newer(&[NEWER], &[], &["● connected", "is at version 20991231", "update this program"])]
#[case::newer_and_it_shows(&[NEWER, WITHOUT_EVENTS], &[], &["is at version 20991231", "update this program"])]
#[case::closed(&[STRANGER], &["--user", "stranger"], &["may not read", "sbw_reader"])]
#[tokio::test(flavor = "multi_thread")]
async fn the_dashboard_says_what_is_there(
    #[case] statements: &[&str],
    #[case] more: &[&str],
    #[case] words: &[&str],
) {
    let warehouse = changed(statements).await;
    let mut program = Program::dashboard(warehouse.port(), more);
    program.wait_for(words);
    program.send("q");
    assert!(program.wait_for_end().0.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_goes_when_an_operator_has_migrated() {
    let bare = Warehouse::bare().await;
    let mut program = Program::dashboard(bare.port(), &["--refresh", "60m"]);
    program.wait_for(&["● connected", "holds no warehouse", "`sbw-etl migrate`"]);
    migrate(&mut bare.client("clickstream_dw").await)
        .await
        .unwrap();
    program.send("r");
    program.wait_until("all is well", |screen| {
        screen.contains("No events yet") && !screen.contains("migrate")
    });
    program.send("q");
    assert!(program.wait_for_end().0.success());
}
