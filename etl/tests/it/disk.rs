//! Loading stops before the warehouse's disk is full, and says so.

use sbw_etl::{EtlError, Scope};

use crate::support::{Platform, event, key, last_status, load_with};

async fn used(platform: &Platform) -> u64 {
    let used = platform
        .number(include_str!("../../sql/disk_used.sql"))
        .await;
    used.unsigned_abs()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_stops_at_once_or_in_the_middle_and_goes_on_when_there_is_room() {
    let platform = Platform::start().await;
    platform
        .put_all((0..400).map(|n| {
            let events: Vec<_> = (0..50).map(|e| event(&format!("e-{n}-{e}"))).collect();
            (key(1, n), serde_json::to_string(&events).unwrap())
        }))
        .await;
    let mut etl = platform.etl();
    etl.limits.chunk_rows = 1_000;

    etl.limits.disk_bytes = Some(used(&platform).await * 100 / 86);
    let error = load_with(&etl, Scope::New).await.unwrap_err();
    assert!(matches!(error, EtlError::DiskFull { .. }), "{error}");
    assert!(error.to_string().contains("DWH_DISK_BYTES"), "{error}");
    assert_eq!(last_status(&platform).await, "failed");
    assert!(platform.events().await < 5_000);

    // Three megabytes more.
    etl.limits.disk_bytes = Some((used(&platform).await + 3_000_000) * 100 / 85);
    let error = load_with(&etl, Scope::New).await.unwrap_err();
    assert!(matches!(error, EtlError::DiskFull { .. }), "{error}");
    let loaded = platform.events().await;
    assert!((1_000..20_000).contains(&loaded), "{loaded}");

    etl.limits.disk_bytes = Some(used(&platform).await * 10);
    let report = load_with(&etl, Scope::New).await.unwrap();
    assert_eq!(report.remaining, 0, "{report:?}");
    assert_eq!(platform.events().await, 20_000);
    platform.verify().await;
}
