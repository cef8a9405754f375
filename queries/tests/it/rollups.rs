//! Rollups where the oracle's traffic does not reach.

use sbw_queries::answers::overview::overview;
use tokio_postgres::Client;

use crate::common::{Warehouse, between, session, step};

async fn is_ready(client: &Client) -> bool {
    let row = client.query_one("select ready from rollups.state", &[]);
    row.await.unwrap().get(0)
}

#[tokio::test]
async fn a_session_of_ages_is_still_open_in_between() {
    let warehouse = Warehouse::migrated().await;
    warehouse
        .hold(&[
            step(1, "old", "1900-01-01", "page_view"),
            step(2, "old", "2025-12-01T10:00:00Z", "page_view"),
            step(3, "old", "2999-01-01", "page_view"),
        ])
        .await;
    // An age that only a table that was taken over can hold.
    warehouse
        .client
        .batch_execute(
            "insert into public.clickstream_events (event_id, event_timestamp, event_name, session_id)
             values (gen_random_uuid(), '0002-01-01T00:00:00Z', 'page_view', 'older'),
                    (gen_random_uuid(), '2025-12-01T11:00:00Z', 'page_view', 'older'),
                    (gen_random_uuid(), '9999-01-01T00:00:00Z', 'page_view', 'older')",
        )
        .await
        .unwrap();
    assert!(is_ready(&warehouse.client).await);
    for question in [
        between("2025-12-01", "2025-12-02"),
        between("2025-12-01T09:30:00Z", "2025-12-03T11:30:00Z"),
    ] {
        let answer = overview(&warehouse.client, &question).await.unwrap();
        assert_eq!(
            (answer.current.sessions, answer.current.total_events),
            (2, 2)
        );
    }
}

#[tokio::test]
async fn events_that_go_while_rollups_are_filled_are_not_believed_in() {
    let warehouse = Warehouse::migrated().await;
    warehouse
        .hold(&[
            step(1, "s", "2025-12-01T10:00:00Z", "page_view"),
            step(2, "s", "2025-12-01T11:00:00Z", "page_view"),
        ])
        .await;
    warehouse.distrust_rollups().await;
    let mut filling = session(&warehouse.postgres, "postgres").await.client;
    let filling = filling.transaction().await.unwrap();
    filling
        .batch_execute(
            "select rollups.begin_rebuild(); select rollups.rebuild('2025-01-01', '2026-01-01')",
        )
        .await
        .unwrap();
    let deleter = session(&warehouse.postgres, "postgres").await.client;
    let delete =
        "delete from public.clickstream_events where event_timestamp < '2025-12-01T10:30:00Z'";
    let deleting = tokio::spawn(async move { deleter.batch_execute(delete).await });
    let waits = "select exists (select from pg_stat_activity where wait_event_type = 'Lock' and query like 'delete%')";
    while !warehouse
        .client
        .query_one(waits, &[])
        .await
        .unwrap()
        .get::<_, bool>(0)
    {
        assert!(!deleting.is_finished(), "it did not wait for the rebuild");
        tokio::task::yield_now().await;
    }
    filling.commit().await.unwrap();
    deleting.await.unwrap().unwrap();
    assert!(!is_ready(&warehouse.client).await);
    let question = between("2025-12-01", "2025-12-02");
    let answer = overview(&warehouse.client, &question).await.unwrap();
    assert_eq!(answer.current.total_events, 1);
}
