//! A real `PgBouncer` in between.

use std::time::Duration;

use chrono::Utc;
use rstest::rstest;
use sbw_queries::connect::{ConnectError, SessionOptions, SslMode, Target, connect};
use sbw_servers::postgres::{PoolMode, Pooler};

use super::common::program::Program;
use super::common::warehouse::Warehouse;
use super::{printed, program, report, shows_what_comes};

const RANGE: [&str; 4] = ["--from", "2025-12-01", "--to", "2025-12-03T00:00:00Z"];

/// It takes no settings with the first packet; or drops them in silence.
const STRICT: &[(&str, &str)] = &[ONE];
const DEAF: &[(&str, &str)] = &[
    ONE,
    ("ignore_startup_parameters", "options,extra_float_digits"),
];
/// Everybody gets the same session of the server.
const ONE: (&str, &str) = ("default_pool_size", "1");

fn before(shop: &Warehouse, mode: PoolMode, settings: &[(&str, &str)]) -> Pooler {
    let roles = ["sbw_reader", "postgres"];
    shop.postgres.pooler(mode, &roles, settings).unwrap()
}

async fn shop() -> Warehouse {
    let end = "2025-12-03T00:00:00Z".parse().unwrap();
    Warehouse::with_traffic(100, end, 40.0).await
}

fn target(pooler: &Pooler) -> Target {
    let mut target = Target::new("127.0.0.1", pooler.port(), "sbw_reader", "clickstream_dw");
    target.sslmode = SslMode::Disable;
    target
}

#[rstest]
#[case::session(PoolMode::Session, STRICT)]
#[case::session_that_drops(PoolMode::Session, DEAF)]
#[case::transaction(PoolMode::Transaction, STRICT)]
#[case::transaction_that_drops(PoolMode::Transaction, DEAF)]
#[tokio::test(flavor = "multi_thread")]
async fn a_report_says_the_same_through_a_pooler_and_leaves_nothing_there(
    #[case] mode: PoolMode,
    #[case] settings: &[(&str, &str)],
) {
    let shop = shop().await;
    let pooler = before(&shop, mode, settings);
    for view in ["all", "overview", "heatmap", "raw"] {
        let words = [&[view, "--format", "json"], &RANGE[..]].concat();
        // Twice: the second gets the session that the first had.
        for _ in 0..2 {
            let (direct, pooled) = (printed(shop.port(), &words), printed(pooler.port(), &words));
            // The lag grows meanwhile.
            assert_eq!(without_lag(&direct), without_lag(&pooled), "{view}");
        }
    }
    let next = connect(&target(&pooler), &reader()).await.unwrap();
    assert!(next.local_settings.is_some());
    // As the role has them that nobody set anything for.
    for setting in [
        "jit",
        "plan_cache_mode",
        "work_mem",
        "statement_timeout",
        "search_path",
        "default_transaction_read_only",
    ] {
        let sql = format!("show {setting}");
        let mut psql = shop.postgres.psql("sbw_reader", "clickstream_dw");
        let usual = psql.args(["-c", &sql]).output().unwrap();
        let usual = String::from_utf8(usual.stdout).unwrap();
        let row = next.client.query_typed(&sql, &[]).await.unwrap();
        assert_eq!(row[0].get::<_, String>(0), usual.trim(), "{setting}");
    }
}

fn without_lag(json: &str) -> String {
    let lines = json.lines().filter(|line| !line.contains("lag_seconds"));
    lines.collect::<Vec<_>>().join("\n")
}

fn reader() -> SessionOptions {
    SessionOptions::reader("test", Duration::from_secs(30))
}

#[rstest]
#[case::session(PoolMode::Session, STRICT)]
#[case::transaction(PoolMode::Transaction, DEAF)]
#[tokio::test(flavor = "multi_thread")]
async fn the_dashboard_follows_the_clock(
    #[case] mode: PoolMode,
    #[case] settings: &[(&str, &str)],
) {
    let shop = Warehouse::with_traffic(100, Utc::now(), 20.0).await;
    let pooler = before(&shop, mode, settings);
    let mut program = Program::dashboard(pooler.port(), &["--last", "24h", "--refresh", "1s"]);
    program.wait_for(&["● connected", "Revenue", "product_view", "every 1 s"]);
    program.send("2");
    program.wait_for(&["4 checkout_complete", "of previous"]);
    shows_what_comes(program, shop.client("clickstream_dw").await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_pooler_lacks_is_said() {
    let bare = Warehouse::bare().await;
    for settings in [STRICT, DEAF] {
        let statements = before(&bare, PoolMode::Statement, settings);
        let output = report(statements.port(), &["pipeline"]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(
            said.contains("use pool_mode transaction or session"),
            "{said}"
        );

        let pooler = before(&bare, PoolMode::Session, settings);
        // Whoever writes keeps more in a session than a pooler promises.
        let writer = SessionOptions::writer("test");
        let error = connect(&target(&pooler), &writer).await.err().unwrap();
        assert!(matches!(error, ConnectError::Shared { .. }), "{error}");
        // What was asked for is not dropped.
        let port = pooler.port().to_string();
        let output = program(&["report", "pipeline", "--host", "127.0.0.1", "--port", &port])
            .env("PGOPTIONS", "-c statement_timeout=60s")
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(said.contains("PGOPTIONS"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_is_cancelled_through_a_pooler() {
    let bare = Warehouse::bare().await;
    let pooler = before(&bare, PoolMode::Transaction, STRICT);
    let one = connect(&target(&pooler), &reader()).await.unwrap();
    let query = one.client.query_typed("select pg_sleep(60)::text", &[]);
    let watcher = bare.client("clickstream_dw").await;
    let cancel = async {
        let running =
            "select from pg_stat_activity where query like 'select pg_sleep%' and state = 'active'";
        while watcher.query(running, &[]).await.unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        one.canceller.cancel().await.unwrap();
    };
    let (result, ()) = tokio::join!(query, cancel);
    let error = sbw_queries::QueryError::from(result.unwrap_err());
    assert!(
        matches!(error, sbw_queries::QueryError::Cancelled(_)),
        "{error}"
    );
}
