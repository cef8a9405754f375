//! `verify` finds what was broken by hand, and names it.

use rstest::rstest;

use crate::support::{Platform, event, key};

#[rstest]
#[case::row_deleted(
    "delete from public.clickstream_events where user_id = 'a'",
    "1 missing"
)]
#[case::row_added(
    "insert into public.clickstream_events (event_id, event_timestamp, event_name) values (gen_random_uuid(), now(), 'x')",
    "1 that nobody loaded"
)]
#[case::ledger_row_lost("delete from etl.ledger where rejected = 0", "that nobody loaded")]
#[case::reject_lost("delete from etl.rejects", "1 rejected by the ledger, 0 in rejects")]
#[case::reject_added(
    "insert into etl.rejects (object_key, event_index, reason, excerpt, run_id) values ('events/x', 0, '', '', 1)",
    "0 rejected by the ledger, 1 in rejects"
)]
#[case::run_unknown(
    "update etl.ledger set run_id = 99 where rejected = 1",
    "which is not in runs"
)]
#[case::rollup_damaged(
    "update rollups.event_counts set events = events + 1 where hours = 1 and name_no = 0 and segment_no = 0",
    "rollups.event_counts"
)]
#[case::run_miscounted(
    "update etl.runs set objects = 7",
    "7 objects by its row, 2 in the ledger"
)]
#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_agree_is_found(#[case] damage: &str, #[case] words: &str) {
    let platform = Platform::start().await;
    platform.put(&key(1, 1), event("a").to_string()).await;
    platform
        .put(&key(1, 2), format!("[{},7]", event("b")))
        .await;
    platform.load().await;
    platform.verify().await;

    platform.admin().await.batch_execute(damage).await.unwrap();
    let findings = sbw_etl::verify::verify(&platform.warehouse())
        .await
        .unwrap();
    let words_found: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert!(
        words_found.iter().any(|finding| finding.contains(words)),
        "{words_found:#?}"
    );

    let output = platform.program().arg("verify").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains(words));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_findings_are_counted_and_few_are_named() {
    let platform = Platform::start().await;
    for n in 0..25 {
        platform.put(&key(1, n), "7").await;
    }
    platform.load().await;
    platform
        .admin()
        .await
        .batch_execute("delete from etl.rejects")
        .await
        .unwrap();
    let findings = sbw_etl::verify::verify(&platform.warehouse())
        .await
        .unwrap();
    assert_eq!(findings.len(), 11);
    assert_eq!(findings[10].to_string(), "… and 15 more like these");
}
