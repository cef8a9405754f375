//! `rebuild` fills what the triggers would have kept, at once or not at all.

use std::{
    process::{Command, Stdio},
    time::Duration,
};

use chrono::{DateTime, Utc};
use rstest::rstest;
use sbw_etl::{
    rebuild::{RebuildReport, Watch, rebuild},
    verify::{Finding, verify},
};
use sbw_queries::{
    Question, TimeRange,
    answers::all::{All, Choices, all},
    connect::{LinkEvent, SessionOptions, connect},
    schema::rollups_ready,
};
use tokio_postgres::{Client, IsolationLevel};

use crate::{
    support::{Platform, SOMEBODY_WAITS, wait_until},
    traffic::{EVENTS, STRANGE, load, rollups},
};

const TABLE: &str = "
    create table public.clickstream_events (event_id uuid primary key, event_timestamp timestamptz not null,
    event_name text not null, user_id text, user_login_state text, identity_source text, client_id text,
    session_id text, is_first_visit boolean, context_product_id text, context_product_name text,
    context_product_category text, context_product_brand text, context_product_price bigint,
    context_product_discount_price bigint, context_product_url_path text)";

/// What a warehouse has if it was there before this program: the rows, in no order.
async fn taken_over(rows: &str) -> Platform {
    let platform = Platform::unmigrated().await;
    let admin = platform.admin().await;
    admin.batch_execute(TABLE).await.unwrap();
    let insert = "insert into public.clickstream_events
                  select e.* from json_populate_recordset(null::public.clickstream_events, $1::text::json) e
                   order by md5(e.event_id::text)";
    admin.execute(insert, &[&rows]).await.unwrap();
    platform.migrate().await;
    platform
}

async fn rows(platform: &Platform) -> String {
    let sql = "select json_agg(to_json(e))::text from public.clickstream_events e";
    let admin = platform.admin().await;
    admin.query_one(sql, &[]).await.unwrap().get(0)
}

/// Every view of the days that the events are of, ends aligned to nothing.
async fn answers(reader: &mut Client) -> All {
    let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    let range = TimeRange::new(at("2025-12-01T05:17:03Z"), at("2025-12-04T21:40:00Z")).unwrap();
    let snapshot = reader
        .build_transaction()
        .isolation_level(IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()
        .await
        .unwrap();
    let now = at("2025-12-06T00:00:00Z");
    let choices = Choices::default();
    let mut answers = Box::pin(all(&snapshot, &Question::of(range), &choices, now))
        .await
        .unwrap();
    // When runs ended differs between warehouses.
    answers.pipeline.runs.clear();
    answers.pipeline.last_run = None;
    answers
}

async fn reader(platform: &Platform) -> Client {
    let mut target = platform.warehouse();
    target.user = "sbw_reader".into();
    // Waiting for a lock would end in an error.
    let options = SessionOptions {
        lock_timeout: Some(Duration::from_secs(1)),
        ..SessionOptions::reader("reader", Duration::from_mins(1))
    };
    connect(&target, &options).await.unwrap().client
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_with_rows_gets_the_rollups_that_loads_would_have_kept() {
    let loaded = Platform::start().await;
    load(&loaded, 7).await;
    let admin = loaded.admin().await;
    admin.batch_execute(STRANGE).await.unwrap();
    let kept = rollups(&admin).await;
    for family in [
        "event_counts",
        "scope_hours",
        "subject_counts",
        "sessions",
        "session_counts",
        "session_stays",
    ] {
        assert!(kept.iter().any(|line| line.starts_with(family)), "{family}");
    }

    let platform = taken_over(&rows(&loaded).await).await;
    let admin = platform.admin().await;
    assert!(!rollups_ready(&admin).await.unwrap());
    let mut reader = reader(&platform).await;
    let before = answers(&mut reader).await;
    assert!(before.overview.current.total_events > 100);

    let report = rebuild(&platform.warehouse(), &()).await.unwrap();
    // Of the strange ones, three are of no year.
    assert_eq!(report.events, EVENTS + 3);
    assert_eq!(report.days, 5 + 3);
    assert!(rollups_ready(&admin).await.unwrap());
    assert_eq!(rollups(&admin).await, kept);
    assert_eq!(answers(&mut reader).await, before);
    platform.verify().await;

    let again = rebuild(&platform.warehouse(), &()).await.unwrap();
    assert_eq!((again.events, again.days), (report.events, report.days));
    assert_eq!(rollups(&admin).await, kept);
    platform.verify().await;
}

/// What a rebuild told.
#[derive(Default)]
pub(crate) struct Told(pub(crate) std::sync::Mutex<Vec<(u64, u64, u64)>>);

impl Watch for Told {
    fn waits(&self) {
        self.0.lock().unwrap().push((u64::MAX, 0, 0));
    }

    fn so_far(&self, report: &RebuildReport, of: u64) {
        let told = (report.events, report.days, of);
        self.0.lock().unwrap().push(told);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_says_how_far_it_is_and_tells_listeners() {
    let platform = Platform::start().await;
    load(&platform, 1).await;
    let mut listener = connect(&platform.warehouse(), &SessionOptions::writer("listener"))
        .await
        .unwrap();
    let listen = "listen clickstream_loaded";
    listener.client.batch_execute(listen).await.unwrap();

    let told = Told::default();
    let report = rebuild(&platform.warehouse(), &told).await.unwrap();
    let told = told.0.into_inner().unwrap();
    assert_eq!(told.len(), 6, "{told:?}");
    assert_eq!(told[0], (0, 0, EVENTS));
    assert_eq!(told[5], (EVENTS, 5, EVENTS));
    assert!(told.is_sorted());
    assert_eq!(report.events, EVENTS);

    let heard = tokio::time::timeout(Duration::from_secs(10), listener.events.recv())
        .await
        .unwrap();
    let expected = LinkEvent::Notification {
        channel: "clickstream_loaded".into(),
        payload: "rebuild".into(),
    };
    assert_eq!(heard, Some(expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_ask_on_while_rollups_are_filled() {
    let loaded = Platform::start().await;
    load(&loaded, 2).await;
    let never_filled = taken_over(&rows(&loaded).await).await;
    for platform in [loaded, never_filled] {
        let mut reader = reader(&platform).await;
        let before = answers(&mut reader).await;
        // Step by step what `rebuild` does in one transaction.
        let filling = platform.admin().await;
        for step in [
            "begin",
            "select rollups.begin_rebuild()",
            "select rollups.rebuild('2025-12-01', '2025-12-03')",
            "select rollups.rebuild('2025-12-03', '2025-12-07')",
            "commit",
        ] {
            filling.batch_execute(step).await.unwrap();
            assert_eq!(answers(&mut reader).await, before, "after {step}");
        }
        assert!(rollups_ready(&filling).await.unwrap());
        platform.verify().await;
    }
}

#[rstest]
#[case::changed(
    "update public.clickstream_events set event_name = 'renamed' where event_name = 'search'"
)]
#[case::deleted(
    "with gone as (delete from public.clickstream_events where event_name = 'search' returning 1)
     update etl.baseline set events = - (select count(*) from gone)"
)]
#[tokio::test(flavor = "multi_thread")]
async fn events_changed_by_hand_are_answered_from_until_a_rebuild(#[case] by_hand: &str) {
    let platform = Platform::start().await;
    load(&platform, 1).await;
    let admin = platform.admin().await;
    admin.batch_execute(by_hand).await.unwrap();
    assert!(!rollups_ready(&admin).await.unwrap());

    let findings = verify(&platform.warehouse()).await.unwrap();
    assert_eq!(findings, [Finding::RollupsNotReady]);
    let output = platform.program().arg("verify").output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("`sbw-etl rebuild` fills them"), "{said}");
    assert!(said.contains("ledger, rejects, runs and events agree"));

    let mut reader = reader(&platform).await;
    let before = answers(&mut reader).await;
    rebuild(&platform.warehouse(), &()).await.unwrap();
    assert!(rollups_ready(&admin).await.unwrap());
    assert_eq!(answers(&mut reader).await, before);
    platform.verify().await;
}

/// The program, filling, and stopped in the middle by a lock on what it fills
/// through.
pub(crate) async fn stopped_in_the_middle(
    platform: &Platform,
    blocker: &Client,
) -> std::process::Child {
    blocker
        .batch_execute("begin; lock table rollups.refill in access share mode")
        .await
        .unwrap();
    let mut command: Command = platform.program();
    let child = command
        .arg("rebuild")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_until(platform, SOMEBODY_WAITS).await;
    child
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_rebuild_changes_nothing() {
    let platform = Platform::start().await;
    load(&platform, 1).await;
    let admin = platform.admin().await;
    let kept = rollups(&admin).await;

    let blocker = platform.admin().await;
    let mut child = stopped_in_the_middle(&platform, &blocker).await;
    child.kill().unwrap();
    assert_eq!(child.wait().unwrap().code(), None);
    blocker.batch_execute("rollback").await.unwrap();
    wait_until(
        &platform,
        "select not exists (select from pg_stat_activity where application_name = 'sbw-etl')",
    )
    .await;
    assert_eq!(rollups(&admin).await, kept);
    assert!(rollups_ready(&admin).await.unwrap());
    platform.verify().await;
}

#[rstest]
#[case::reader_begins("sbw_reader", "select rollups.begin_rebuild()")]
#[case::reader_fills("sbw_reader", "select rollups.rebuild('-infinity', 'infinity')")]
#[case::loader_writes("sbw_loader", "update rollups.event_counts set events = 0")]
#[case::loader_adds(
    "sbw_loader",
    "insert into rollups.refill select * from public.clickstream_events"
)]
#[case::loader_believes("sbw_loader", "update rollups.state set ready = true")]
#[case::loader_empties("sbw_loader", "truncate rollups.sessions")]
#[tokio::test(flavor = "multi_thread")]
async fn rollups_are_nobodys_to_write(#[case] user: &str, #[case] sql: &str) {
    let platform = Platform::start().await;
    let mut target = platform.warehouse();
    target.user = user.into();
    let client = connect(&target, &SessionOptions::writer("test"))
        .await
        .unwrap()
        .client;
    // A reader may turn its read-only default off; it gains nothing by it.
    client
        .batch_execute("set default_transaction_read_only = off")
        .await
        .unwrap();
    let error = client.batch_execute(sql).await.unwrap_err();
    assert_eq!(error.code().unwrap().code(), "42501", "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_who_migrates_a_table_with_rows_is_told_to_rebuild() {
    let platform = Platform::unmigrated().await;
    let admin = platform.admin().await;
    admin.batch_execute(TABLE).await.unwrap();
    admin.batch_execute(STRANGE).await.unwrap();
    let run = |user: &str, command: &str| {
        let output = platform
            .program()
            .env("DWH_USER", user)
            .arg(command)
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (
            output.status.code(),
            text(output.stdout),
            text(output.stderr),
        )
    };
    let advice = "answers come from events until `sbw-etl rebuild` has run";
    let (code, out, err) = run("postgres", "migrate");
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("took over clickstream_events with 6 rows"));
    assert!(err.contains(advice), "{err}");

    let (code, _, err) = run("sbw_reader", "rebuild");
    assert_eq!(code, Some(1));
    assert!(err.contains("sbw_loader"), "{err}");

    let (code, out, err) = run("sbw_loader", "rebuild");
    assert_eq!(code, Some(0), "{err}");
    let report: RebuildReport = serde_json::from_str(&out).unwrap();
    assert_eq!((report.events, report.days), (3, 3));
    assert!(err.contains("rebuilding"), "{err}");

    let (code, out, _) = run("sbw_loader", "verify");
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("ledger, rejects, runs, rollups and events agree"));
    let (_, _, err) = run("postgres", "migrate");
    assert!(!err.contains(advice), "{err}");
}
