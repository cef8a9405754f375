//! Rows that came past the triggers, as restores and replication bring them.

use rstest::rstest;

use crate::common::{Warehouse, between, step, totals};
use crate::sent::{Sent, order_of};

/// A restore in replica role is logged as it happens; one without triggers is found out.
#[rstest]
#[case::replica("set session_replication_role = replica", 0)]
#[case::no_triggers("alter table public.clickstream_events disable trigger all", 2)]
#[tokio::test]
async fn restored_rows_are_noticed(#[case] restore: &str, #[case] days: i64) {
    let warehouse = Warehouse::migrated().await;
    warehouse
        .hold(&[step(1, "s", "2025-12-01T10:00:00Z", "page_view")])
        .await;
    warehouse.refresh().await;
    warehouse.client.batch_execute(restore).await.unwrap();
    warehouse
        .load(&[
            step(2, "s", "2025-12-01T11:00:00Z", "page_view"),
            step(3, "t", "2025-12-04T11:00:00Z", "page_view"),
        ])
        .await;
    warehouse
        .client
        .batch_execute("reset session_replication_role")
        .await
        .unwrap();
    assert_eq!(warehouse.find_unlogged().await, days);
    let question = between("2025-12-01", "2025-12-08");
    for refreshed in [false, true] {
        if refreshed {
            warehouse.refresh().await;
        }
        let now = totals(&warehouse, &question).await;
        assert_eq!((now.total_events, now.sessions), (3, 2), "{refreshed}");
    }
    // The triggers are back.
    let off = "select count(*) from pg_trigger
                where tgrelid = 'public.clickstream_events'::regclass and tgenabled <> 'A' and not tgisinternal";
    assert_eq!(warehouse.number(off).await, 0);
    assert_eq!(warehouse.find_unlogged().await, 0);
}

/// What came past the triggers changes days whose own events are all there: an order turns out to be a
/// repeat, and an id to be no session.
#[tokio::test]
async fn restored_rows_change_other_days() {
    let warehouse = Warehouse::migrated().await;
    let client = &warehouse.client;
    client
        .batch_execute("update rollups.settings set session_events = 2")
        .await
        .unwrap();
    let view = |id, time| Sent::from(step(id, "long", time, "page_view"));
    warehouse
        .hold(&[
            view(1, "2025-12-05T10:00:00Z"),
            order_of(9, "t", "2025-12-05T11:00:00Z"),
        ])
        .await;
    warehouse.refresh().await;
    let question = between("2025-12-05", "2025-12-06");
    let before = totals(&warehouse, &question).await;
    assert_eq!((before.sessions, before.revenue_vnd), (2, 9));
    client
        .batch_execute("alter table public.clickstream_events disable trigger all")
        .await
        .unwrap();
    warehouse
        .load(&[
            order_of(7, "u", "2025-12-01T10:00:00Z"),
            view(2, "2025-12-09T10:00:00Z"),
            view(3, "2025-12-09T10:00:00Z"),
        ])
        .await;
    assert_eq!(warehouse.find_unlogged().await, 2);
    for refreshed in [false, true] {
        if refreshed {
            warehouse.refresh().await;
        }
        let now = totals(&warehouse, &question).await;
        assert_eq!((now.sessions, now.revenue_vnd), (1, 0), "{refreshed}");
    }
}
