//! A network that sends more than its share goes last.

use std::time::Duration;

use sbw_etl::{Deadline, RunRequest, Scope, Trigger};
use tokio::time::Instant;

use crate::support::{Platform, event, key, last_status, load_with};

/// An object of ten events as the ingest stores it.
fn from_network(address: &str, name: &str) -> String {
    let mut events: Vec<_> = (0..10).map(|n| event(&format!("{name}-{n}"))).collect();
    events[0]["_ingest"] = serde_json::json!({"sourceIp": address});
    serde_json::to_string(&events).unwrap()
}

/// A hundred objects of a loud network, and behind them one of a quiet one.
async fn flooded() -> (Platform, sbw_etl::Etl) {
    let platform = Platform::start().await;
    platform
        .put_all((0..100).map(|n| {
            let body = from_network("203.0.113.0", &format!("loud-{n}"));
            (key(1, n), body)
        }))
        .await;
    let quiet = from_network("198.51.100.0", "quiet");
    platform.put(&key(2, 0), quiet).await;
    let mut etl = platform.etl();
    etl.limits.free_events = 100;
    etl.limits.network_events = 50;
    etl.limits.chunk_objects = 5;
    (platform, etl)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_over_the_share_is_loaded_after_all_others() {
    let (platform, etl) = flooded().await;
    let report = load_with(&etl, Scope::New).await.unwrap();
    assert_eq!(
        (
            report.new_objects,
            report.objects,
            report.inserted,
            report.remaining,
            report.put_aside
        ),
        (101, 101, 1_010, 0, 0),
        "{report:?}"
    );
    // Ten objects were free, five more the loud network's share, and one the quiet network's.
    let sql = "select count(*) from etl.ledger where loaded_at <= (select loaded_at from etl.ledger where object_key like 'events/2025/12/02/%')";
    let before = platform.number(sql).await;
    assert!(
        (1..=16).contains(&before),
        "{before} objects until the quiet one"
    );
    platform.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_time_does_not_suffice_for_waits_and_is_not_listed_again() {
    let (platform, etl) = flooded().await;
    // Reading what was put aside again takes too long.
    let put_aside = "select count(*) > 80 from etl.waiting";
    let request = RunRequest {
        scope: Scope::New,
        trigger: Trigger::Schedule,
        deadline: Deadline::at(Instant::now() + Duration::from_secs(24)),
    };
    let gets = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    platform.s3.inject(move |_, path| {
        let is_get = !path.contains("list-type");
        if is_get && gets.fetch_add(1, std::sync::atomic::Ordering::Relaxed) >= 101 {
            return Some(sbw_servers::s3::Fault::Silence);
        }
        None
    });
    let report = Box::pin(sbw_etl::run(&etl, &request, &())).await.unwrap();
    assert!(report.put_aside > 80, "{report:?}");
    assert_eq!(report.remaining, report.put_aside, "{report:?}");
    assert_eq!(last_status(&platform).await, "complete");
    let waits: bool = platform
        .admin()
        .await
        .query_one(put_aside, &[])
        .await
        .unwrap()
        .get(0);
    assert!(waits);

    platform.s3.heal();
    let report = load_with(&etl, Scope::New).await.unwrap();
    assert_eq!((report.remaining, report.put_aside), (0, 0), "{report:?}");
    assert_eq!(platform.events().await, 1_010);
    platform.verify().await;
}
