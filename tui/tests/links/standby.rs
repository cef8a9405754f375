//! A real hot standby.

use std::process::Stdio;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sbw_queries::connect::{SessionOptions, Target, connect};
use sbw_servers::postgres::{Postgres, SUPERUSER};

use super::common::program::{Program, flags};
use super::common::warehouse::Warehouse;
use super::{printed, program, report, shows_what_comes};

/// A warehouse, and a server that follows it. Replayed changes wait for nobody.
async fn pair(end: DateTime<Utc>) -> (Warehouse, Postgres) {
    let builder = Postgres::builder()
        .hba("host all all 127.0.0.1/32 trust")
        .hba("host replication all 127.0.0.1/32 trust");
    let primary = Warehouse::empty_on(builder).await;
    primary.fill(100, end, 20.0).await;
    let builder = Postgres::builder()
        .standby_of(&primary.postgres)
        .hba("host all all 127.0.0.1/32 trust")
        .setting("max_standby_streaming_delay", "0");
    let standby = tokio::task::spawn_blocking(|| builder.start().unwrap());
    (primary, standby.await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standby_answers_as_its_primary_does() {
    let (primary, standby) = pair("2025-12-03T00:00:00Z".parse().unwrap()).await;
    let words = [
        "all",
        "--from",
        "2025-12-01",
        "--to",
        "2025-12-04",
        "--format",
        "csv",
    ];
    let text = printed(standby.port(), &words);
    let same = |text: &str| {
        let lines = text.lines().filter(|line| !line.contains("lag_seconds"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(
        same(&text).len(),
        same(&printed(primary.port(), &words)).len()
    );
    let words = ["overview", "--from", "2025-12-01", "--to", "2025-12-04"];
    assert_eq!(
        printed(standby.port(), &words),
        printed(primary.port(), &words)
    );
    for (role, connects) in [("standby", true), ("primary", false)] {
        let port = standby.port().to_string();
        let output = program(&["report", "pipeline", "--host", "127.0.0.1", "--port", &port])
            .env("PGTARGETSESSIONATTRS", role)
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.success(), connects, "{role}: {said}");
        assert_eq!(said.contains("is not a primary"), !connects, "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dashboard_of_a_standby_follows_the_clock() {
    let (primary, standby) = pair(Utc::now()).await;
    let program = Program::dashboard(standby.port(), &["--last", "24h", "--refresh", "1s"]);
    program.wait_for(&["● connected", "Revenue", "product_view", "every 1 s"]);
    shows_what_comes(program, primary.client("clickstream_dw").await).await;
}

/// The report waits for a lock that the primary holds, and holds others itself.
/// When the primary takes one of those, the standby ends the report's statement.
#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_the_standby_ended_is_asked_again() {
    let (primary, standby) = pair("2025-12-03T00:00:00Z".parse().unwrap()).await;
    let first = primary.client("clickstream_dw").await;
    first
        .batch_execute("begin; lock table etl.runs in access exclusive mode")
        .await
        .unwrap();
    let target = Target::new("127.0.0.1", standby.port(), SUPERUSER, "clickstream_dw");
    let options = SessionOptions::reader("watcher", Duration::from_secs(30));
    let watcher = connect(&target, &options).await.unwrap().client;
    let until = async |sql: &str| {
        while watcher.query_typed(sql, &[]).await.unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    until("select from pg_locks where relation = 'etl.runs'::regclass and granted and mode = 'AccessExclusiveLock'").await;
    let words = [
        "all",
        "--from",
        "2025-12-01",
        "--to",
        "2025-12-04",
        "--query-timeout",
        "60s",
    ];
    let asked = program(&["report"])
        .args(words)
        .args(flags(standby.port()))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let waits = "select a.xact_start::text
           from pg_locks l join pg_stat_activity a using (pid)
          where l.relation = 'etl.runs'::regclass and not l.granted";
    until(waits).await;
    let row = &watcher.query_typed(waits, &[]).await.unwrap()[0];
    let since: String = row.get("xact_start");
    let second = primary.client("clickstream_dw").await;
    second
        .batch_execute(
            "begin; lock table public.clickstream_events in access exclusive mode; rollback",
        )
        .await
        .unwrap();
    // The server counts the conflict only once that session rests: a later transaction shows it.
    until(&format!("{waits} and a.xact_start > '{since}'")).await;
    first.batch_execute("rollback").await.unwrap();
    let output = asked.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(report(standby.port(), &["pipeline"]).status.success());
}
