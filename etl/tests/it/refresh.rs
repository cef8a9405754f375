//! `refresh` and `rebuild` fill what answers are read from; runs refresh, too.

use std::{
    process::Stdio,
    time::{Duration, Instant as Clock},
};

use chrono::{DateTime, Utc};
use rstest::rstest;
use sbw_etl::{
    Deadline, Progress, RunReport, RunRequest, Scope, Trigger,
    refresh::{RefreshReport, rebuild, refresh},
    verify::{Finding, verify},
};
use sbw_queries::{
    Question, TimeRange,
    answers::all::{All, Choices, all},
    connect::{LinkEvent, SessionOptions, connect},
    schema::{RefreshPending, refresh_pending},
};
use tokio::time::Instant;
use tokio_postgres::{Client, IsolationLevel};

use crate::{
    support::{Platform, SOMEBODY_WAITS, event, key, load_with, wait_until},
    traffic::{EVENTS, load},
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

async fn pending(platform: &Platform) -> RefreshPending {
    refresh_pending(&platform.admin().await).await.unwrap()
}

async fn refresh_all(platform: &Platform) -> RefreshReport {
    refresh(&platform.warehouse(), Deadline::NONE, &())
        .await
        .unwrap()
}

fn until(seconds: u64) -> RunRequest {
    RunRequest {
        scope: Scope::All,
        trigger: Trigger::Schedule,
        deadline: Deadline::at(Instant::now() + Duration::from_secs(seconds)),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_with_rows_gets_the_rollups_that_loads_would_have() {
    let loaded = Platform::start().await;
    load(&loaded, 7).await;
    assert!(pending(&loaded).await.is_nothing());
    let mut reader_of_loaded = reader(&loaded).await;
    let expected = answers(&mut reader_of_loaded).await;
    assert!(expected.overview.current.total_events > 100);

    let platform = taken_over(&rows(&loaded).await).await;
    assert_eq!(pending(&platform).await.days, 5);
    let mut reader = reader(&platform).await;
    let before = answers(&mut reader).await;

    let report = refresh_all(&platform).await;
    // Sessions over several days are read with each of them.
    assert!(report.events >= EVENTS, "{report:?}");
    assert!(report.units >= 5, "{report:?}");
    assert_eq!(report.refresh_pending, 0);
    assert!(pending(&platform).await.is_nothing());
    assert_eq!(answers(&mut reader).await, before);
    platform.verify().await;

    let nothing = refresh_all(&platform).await;
    assert_eq!((nothing.units, nothing.events), (0, 0));
    let again = rebuild(&platform.warehouse(), &()).await.unwrap();
    assert_eq!((again.events, again.refresh_pending), (report.events, 0));
    assert_eq!(answers(&mut reader).await, before);
    platform.verify().await;
}

/// What a person who watches was told.
#[derive(Default)]
struct Told(std::sync::Mutex<Vec<(u64, u64)>>);

impl Progress for Told {
    fn loaded(&self, _: &RunReport) {}

    fn refreshed(&self, done: u64, of: u64) {
        self.0.lock().unwrap().push((done, of));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_says_how_far_it_is_and_tells_subscribers() {
    let platform = Platform::start().await;
    load(&platform, 1).await;
    let mut listener = connect(&platform.warehouse(), &SessionOptions::writer("listener"))
        .await
        .unwrap();
    let listen = "listen clickstream_loaded";
    listener.client.batch_execute(listen).await.unwrap();

    let told = Told::default();
    rebuild(&platform.warehouse(), &told).await.unwrap();
    let told = told.0.into_inner().unwrap();
    assert_eq!(told.last(), Some(&(5, 5)), "{told:?}");
    assert!(told.is_sorted());

    let heard = tokio::time::timeout(Duration::from_secs(10), listener.events.recv())
        .await
        .unwrap();
    let expected = LinkEvent::Notification {
        channel: "clickstream_loaded".into(),
        payload: "rebuild".into(),
    };
    assert_eq!(heard, Some(expected));
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
async fn events_changed_by_hand_wait_for_a_refresh(#[case] by_hand: &str) {
    let platform = Platform::start().await;
    load(&platform, 1).await;
    let admin = platform.admin().await;
    admin.batch_execute(by_hand).await.unwrap();

    let findings = verify(&platform.warehouse()).await.unwrap();
    assert!(
        matches!(findings[..], [Finding::RefreshPending(_)]),
        "{findings:?}"
    );
    let output = platform.program().arg("verify").output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("until `sbw-etl refresh`"), "{said}");

    let mut reader = reader(&platform).await;
    let before = answers(&mut reader).await;
    refresh_all(&platform).await;
    assert_eq!(answers(&mut reader).await, before);
    platform.verify().await;
}

/// The program rebuilds, and is killed while it counts the third day.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_rebuild_goes_on_where_it_was() {
    let platform = Platform::start().await;
    load(&platform, 1).await;
    let mut reader = reader(&platform).await;
    let before = answers(&mut reader).await;
    let admin = platform.admin().await;
    admin
        .batch_execute(
            "create function public.sleep() returns trigger language plpgsql as
             $$ begin if new.hours = 1 and new.bucket = '2025-12-03' then perform pg_sleep(600); end if; return new; end $$;
             create trigger sleep before insert on rollups.filled for each row execute function public.sleep()",
        )
        .await
        .unwrap();
    let mut child = platform
        .program()
        .arg("rebuild")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let asleep = "select exists (select from pg_stat_activity where wait_event = 'PgSleep')";
    wait_until(&platform, asleep).await;
    child.kill().unwrap();
    assert_eq!(child.wait().unwrap().code(), None);
    assert_eq!(answers(&mut reader).await, before);
    // As the server would by itself, once it finds out.
    admin
        .batch_execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'",
        )
        .await
        .unwrap();
    wait_until(
        &platform,
        "select not exists (select from pg_stat_activity where wait_event = 'PgSleep')",
    )
    .await;
    admin
        .batch_execute("drop trigger sleep on rollups.filled")
        .await
        .unwrap();
    assert_eq!(pending(&platform).await.days, 3);
    assert_eq!(answers(&mut reader).await, before);

    let output = platform.program().arg("refresh").output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    let report: RefreshReport = serde_json::from_str(&said).unwrap();
    assert_eq!(report.refresh_pending, 0);
    assert_eq!(answers(&mut reader).await, before);
    platform.verify().await;
    let whole = rebuild(&platform.warehouse(), &()).await.unwrap();
    assert!(report.units < whole.units, "{report:?} {whole:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_does_not_wait_for_a_refresh() {
    let platform = Platform::start().await;
    load(&platform, 1).await;
    let refreshing = platform.admin().await;
    refreshing
        .batch_execute(
            "begin isolation level repeatable read; lock table rollups.turn in exclusive mode",
        )
        .await
        .unwrap();
    platform.put(&key(7, 1), event("late").to_string()).await;
    let etl = platform.etl();
    let loading = tokio::spawn(async move { load_with(&etl, Scope::All).await });
    wait_until(
        &platform,
        "select exists (select from public.clickstream_events where user_id = 'late')
            and not exists (select from etl.runs where status = 'running')",
    )
    .await;
    // Its own refresh does.
    wait_until(&platform, SOMEBODY_WAITS).await;
    refreshing.batch_execute("rollback").await.unwrap();
    let report = loading.await.unwrap().unwrap();
    assert_eq!((report.inserted, report.refresh_pending), (1, Some(0)));
    platform.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_without_time_leaves_the_refresh_to_the_next() {
    let platform = Platform::start().await;
    load(&platform, 1).await;
    platform
        .admin()
        .await
        .batch_execute("update public.clickstream_events set is_first_visit = true")
        .await
        .unwrap();
    let etl = platform.etl();
    // Less than a run needs to begin anything.
    let report = Box::pin(sbw_etl::run(&etl, &until(10), &())).await.unwrap();
    assert!(report.refresh_pending > Some(0), "{report:?}");
    // Waits for another refresh until only closing is possible.
    let refreshing = platform.admin().await;
    refreshing
        .batch_execute("begin; lock table rollups.turn in exclusive mode")
        .await
        .unwrap();
    let began = Clock::now();
    let report = Box::pin(sbw_etl::run(&etl, &until(23), &())).await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(23));
    assert_eq!((report.remaining, report.refresh_pending), (0, None));
    refreshing.batch_execute("rollback").await.unwrap();

    let report = Box::pin(sbw_etl::run(&etl, &until(300), &()))
        .await
        .unwrap();
    assert_eq!(report.refresh_pending, Some(0));
    platform.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_run_refreshes_while_it_loads() {
    let platform = Platform::start().await;
    platform
        .put_all((0..400).map(|n| (key(1, n), event(&format!("e-{n}")).to_string())))
        .await;
    let last = key(2, 0);
    platform.put(&last, event("last").to_string()).await;
    // The last object is not answered before the rollups hold something.
    let (answer, answered) = std::sync::mpsc::channel::<()>();
    let answered = std::sync::Mutex::new(answered);
    platform.s3.inject(move |_, path| {
        if path.contains(&last) {
            let _ = answered
                .lock()
                .unwrap()
                .recv_timeout(Duration::from_secs(30));
        }
        None
    });
    let mut etl = platform.etl();
    etl.limits.chunk_objects = 50;
    etl.limits.refresh_rows = 100;
    etl.limits.answer_within = Duration::from_mins(1);
    let loading = tokio::spawn(async move { load_with(&etl, Scope::New).await });
    wait_until(
        &platform,
        "select exists (select from rollups.filled) and exists (select from etl.runs where status = 'running')",
    )
    .await;
    answer.send(()).unwrap();
    let report = loading.await.unwrap().unwrap();
    assert_eq!((report.inserted, report.refresh_pending), (401, Some(0)));
    platform.verify().await;
}

#[rstest]
#[case::reader_empties("sbw_reader", "select rollups.begin_rebuild()")]
#[case::reader_refreshes("sbw_reader", "select rollups.refresh_next()")]
#[case::reader_takes_the_turn("sbw_reader", "lock table rollups.turn in exclusive mode")]
#[case::reader_logs("sbw_reader", "select rollups.log_events('{}')")]
#[case::loader_writes("sbw_loader", "update rollups.event_counts set events = 0")]
#[case::loader_empties("sbw_loader", "truncate rollups.sessions")]
#[case::loader_forgets("sbw_loader", "delete from rollups.stale")]
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
        .batch_execute("set default_transaction_read_only = off; begin")
        .await
        .unwrap();
    let error = client.batch_execute(sql).await.unwrap_err();
    assert_eq!(error.code().unwrap().code(), "42501", "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_who_migrates_a_table_with_rows_is_told_to_refresh() {
    let platform = Platform::unmigrated().await;
    let admin = platform.admin().await;
    admin.batch_execute(TABLE).await.unwrap();
    admin
        .batch_execute(
            "insert into public.clickstream_events (event_id, event_timestamp, event_name)
             select gen_random_uuid(), '2025-12-01'::timestamptz + n * interval '12 hours', 'page_view'
               from generate_series(0, 5) n",
        )
        .await
        .unwrap();
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
    let advice = "until `sbw-etl refresh` has run";
    let (code, out, err) = run("postgres", "migrate");
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("took over clickstream_events with 6 rows"));
    assert!(err.contains(advice), "{err}");

    let (code, _, err) = run("sbw_reader", "refresh");
    assert_eq!(code, Some(1));
    assert!(err.contains("sbw_loader"), "{err}");

    let (code, out, err) = run("sbw_loader", "refresh");
    assert_eq!(code, Some(0), "{err}");
    let report: RefreshReport = serde_json::from_str(&out).unwrap();
    assert_eq!((report.events, report.refresh_pending), (6, 0));

    let (code, out, _) = run("sbw_loader", "verify");
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("ledger, rejects, runs, rollups and events agree"));
    let (_, _, err) = run("postgres", "migrate");
    assert!(!err.contains(advice), "{err}");
}
