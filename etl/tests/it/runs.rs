//! Runs are told from each other, and from those that vanished.

use std::time::Duration;

use sbw_etl::{EtlError, Scope, run_log::list_runs};
use sbw_queries::connect::{LinkEvent, SessionOptions, connect};

use crate::support::{Platform, event, key, load_with};

#[tokio::test(flavor = "multi_thread")]
async fn a_run_leaves_a_row_and_tells_listeners() {
    let platform = Platform::start().await;
    platform
        .put(&key(1, 1), format!("[{},7]", event("a")))
        .await;
    let mut listener = connect(&platform.warehouse(), &SessionOptions::writer("listener"))
        .await
        .unwrap();
    listener
        .client
        .batch_execute("listen clickstream_loaded")
        .await
        .unwrap();
    let report = platform.load().await;
    let runs = list_runs(&platform.warehouse(), 10).await.unwrap();
    assert_eq!(runs.len(), 1);
    let run = &runs[0];
    assert_eq!(
        (
            run.status.as_str(),
            run.trigger.as_str(),
            run.scope.as_str()
        ),
        ("complete", "operator", "new")
    );
    assert_eq!(
        (run.objects, run.events, run.inserted, run.rejected),
        (1, 2, 1, 1)
    );
    // The refresh comes after the run's row.
    assert!(run.duration_ms.unsigned_abs() <= report.duration_ms);
    assert!(run.finished_at.unwrap() >= run.started_at);
    let told = tokio::time::timeout(Duration::from_secs(10), listener.events.recv())
        .await
        .unwrap();
    let expected = LinkEvent::Notification {
        channel: "clickstream_loaded".into(),
        payload: run.run_id.to_string(),
    };
    assert_eq!(told, Some(expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vanished_run_is_closed_by_the_next_and_a_living_one_is_not() {
    let platform = Platform::start().await;
    let admin = platform.admin().await;
    let begin = include_str!("../../sql/begin_run.sql");
    // One whose session lives, one whose session is gone.
    let living: i64 = admin
        .query_one(begin, &[&"operator", &"new"])
        .await
        .unwrap()
        .get(0);
    let other = platform.admin().await;
    let vanished: i64 = other
        .query_one(begin, &[&"schedule", &"new"])
        .await
        .unwrap()
        .get(0);
    drop(other);
    let status = async |run_id: i64| -> String {
        admin
            .query_one("select status from etl.runs where run_id = $1", &[&run_id])
            .await
            .unwrap()
            .get(0)
    };
    // The server notices the end of a session a moment later.
    for _ in 0..50 {
        platform.load().await;
        if status(vanished).await == "interrupted" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(status(vanished).await, "interrupted");
    assert_eq!(status(living).await, "running");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_warehouse_without_tables_says_what_to_run() {
    let platform = Platform::unmigrated().await;
    let mut etl = platform.etl();
    etl.warehouse.user = "postgres".into();
    let error = load_with(&etl, Scope::New).await.unwrap_err();
    assert!(matches!(error, EtlError::NotMigrated(_)), "{error:?}");
    assert!(error.to_string().contains("sbw-etl migrate"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_without_rights_is_told_so() {
    let platform = Platform::start().await;
    let mut etl = platform.etl();
    etl.warehouse.user = "sbw_reader".into();
    let error = load_with(&etl, Scope::New).await.unwrap_err();
    assert!(
        error.to_string().contains("sbw_loader") || error.to_string().contains("read-only"),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_with_rows_is_taken_over_and_explained() {
    let platform = Platform::unmigrated().await;
    let admin = platform.admin().await;
    admin
        .batch_execute(
            "create table public.clickstream_events (event_id uuid primary key, event_timestamp timestamptz not null,
             event_name text not null, user_id text, user_login_state text, identity_source text, client_id text,
             session_id text, is_first_visit boolean, context_product_id text, context_product_name text,
             context_product_category text, context_product_brand text, context_product_price bigint,
             context_product_discount_price bigint, context_product_url_path text);
             insert into public.clickstream_events (event_id, event_timestamp, event_name)
             select gen_random_uuid(), now(), 'home_view' from generate_series(1, 100);
             insert into public.clickstream_events (event_id, event_timestamp, event_name)
             values ('550e8400-e29b-41d4-a716-446655440000', now(), 'was_there')",
        )
        .await
        .unwrap();
    platform.migrate().await;
    platform.migrate().await;
    let known = r#"{"eventName":"comes_late","eventId":"550e8400-e29b-41d4-a716-446655440000"}"#;
    platform
        .put(&key(1, 1), format!("[{known},{}]", event("new")))
        .await;
    let report = platform.load().await;
    assert_eq!((report.inserted, report.duplicates), (1, 1), "{report:?}");
    assert_eq!(platform.events().await, 102);
    platform.verify().await;
}

/// As `pg_dump` does: every table is locked against change of its shape, and read as it
/// was at one instant.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_reads_or_dumps_all_holds_up_no_load_and_sees_one_state() {
    let platform = Platform::start().await;
    platform.put(&key(1, 1), format!("[{}]", event("a"))).await;
    platform.load().await;
    let dump = platform.admin().await;
    dump.batch_execute(
        "begin isolation level repeatable read read only;
         do $$ declare place regclass; begin
             for place in select oid from pg_class
                           where relkind in ('r', 'S')
                             and relnamespace in ('public'::regnamespace, 'etl'::regnamespace, 'context'::regnamespace, 'rollups'::regnamespace)
             loop
                 execute format('select count(*) from %s', place);
             end loop;
         end $$",
    )
    .await
    .unwrap();

    platform
        .put(&key(1, 2), format!("[{},{}]", event("b"), event("c")))
        .await;
    let load = platform.load_scope(Scope::All);
    let loaded = tokio::time::timeout(Duration::from_mins(1), load).await;
    assert_eq!(loaded.expect("it waits for the dump").unwrap().inserted, 2);

    // Events, rollups and runs as they were together.
    let seen = "select (select count(*) from public.clickstream_events),
                       (select sum(events)::int8 from rollups.event_counts where hours = 1 and segment_no = 0 and login_no = -1),
                       (select count(*) from etl.runs)";
    let numbers = |row: tokio_postgres::Row| -> [i64; 3] { [row.get(0), row.get(1), row.get(2)] };
    assert_eq!(numbers(dump.query_one(seen, &[]).await.unwrap()), [1, 1, 1]);
    dump.batch_execute("commit").await.unwrap();
    assert_eq!(numbers(dump.query_one(seen, &[]).await.unwrap()), [3, 3, 2]);
    platform.verify().await;
}
