//! Loads and rebuilds at the same time: who waits, and for what.

use std::time::Duration;

use sbw_etl::{
    Deadline, Order, Scope, Trigger,
    rebuild::{RebuildReport, rebuild},
    verify::{Finding, verify},
};
use tokio::time::Instant;

use crate::{
    rebuild::{Told, stopped_in_the_middle},
    support::{Platform, SOMEBODY_WAITS, event, key, load_with, wait_until},
    traffic::{EVENTS, STRANGE, load},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_load_waits_for_a_rebuild_and_stops_cleanly_when_its_time_ends() {
    let platform = Platform::start().await;
    load(&platform, 1).await;
    platform.put(&key(7, 1), event("late").to_string()).await;
    let blocker = platform.admin().await;
    let child = stopped_in_the_middle(&platform, &blocker).await;

    // Two seconds to begin in; then it waits for the rebuild's lock until only
    // the books can be closed.
    let order = Order {
        scope: Scope::All,
        trigger: Trigger::Schedule,
        deadline: Deadline::at(Instant::now() + Duration::from_secs(22)),
    };
    let report = Box::pin(sbw_etl::run(&platform.etl(), &order, &()))
        .await
        .unwrap();
    assert_eq!((report.inserted, report.remaining), (0, 1), "{report:?}");

    blocker.batch_execute("rollback").await.unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    let done: RebuildReport = serde_json::from_str(&said).unwrap();
    assert_eq!((done.events, done.days), (EVENTS, 5));

    let next = platform.load_scope(Scope::All).await.unwrap();
    assert_eq!((next.inserted, next.remaining), (1, 0));
    platform.verify().await;
}

/// What it numbered while it waited for its turn, the rebuild numbered otherwise.
#[tokio::test(flavor = "multi_thread")]
async fn a_load_that_waited_for_a_rebuild_goes_by_its_numbers() {
    let platform = Platform::start().await;
    let told = |name: &str, at: &str| {
        let mut told = event(&format!("{name} {at}"));
        told["eventName"] = name.into();
        told["eventTimestamp"] = at.into();
        told["product"]["id"] = name.into();
        told.to_string()
    };
    // Numbered as they come; a rebuild begins with what happened first.
    for (minutes, name, at) in [
        (1, "second", "2025-12-02T10:00:00Z"),
        (2, "first", "2025-12-01T10:00:00Z"),
    ] {
        platform.put(&key(1, minutes), told(name, at)).await;
        let loaded = platform.load_scope(Scope::All).await.unwrap();
        assert_eq!(loaded.inserted, 1);
    }
    let filler = platform.admin().await;
    filler
        .batch_execute("begin; select rollups.begin_rebuild()")
        .await
        .unwrap();
    platform
        .put(&key(1, 3), told("second", "2025-12-02T11:00:00Z"))
        .await;
    let etl = platform.etl();
    let loading = tokio::spawn(async move { load_with(&etl, Scope::All).await });
    wait_until(&platform, SOMEBODY_WAITS).await;
    filler
        .batch_execute(
            "select rollups.rebuild(day, day + interval '1 day')
               from generate_series('2025-12-01'::timestamptz, '2025-12-02', '1 day') day;
             commit",
        )
        .await
        .unwrap();
    assert_eq!(loading.await.unwrap().unwrap().inserted, 1);
    platform.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_waits_for_a_load_and_says_so() {
    let platform = Platform::start().await;
    load(&platform, 1).await;
    let loader = platform.admin().await;
    loader.batch_execute("begin").await.unwrap();
    loader.batch_execute(STRANGE).await.unwrap();

    let told = Told::default();
    let warehouse = platform.warehouse();
    let (report, ()) = tokio::join!(rebuild(&warehouse, &told), async {
        wait_until(&platform, SOMEBODY_WAITS).await;
        loader.batch_execute("commit").await.unwrap();
    });
    assert_eq!(report.unwrap().events, EVENTS + 3);
    assert_eq!(told.0.into_inner().unwrap()[0].0, u64::MAX);
    let findings = verify(&warehouse).await.unwrap();
    assert!(
        matches!(findings[..], [Finding::Events { .. }]),
        "{findings:?}"
    );
}
