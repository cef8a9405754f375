//! Rollups where the oracle's traffic does not reach.

use sbw_queries::answers::all::{Choices, all};
use sbw_queries::answers::overview::overview;
use sbw_queries::{Filter, Question};
use tokio_postgres::Client;

use crate::common::{Warehouse, at, between, session, step};

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
async fn no_events_are_kept_like_any() {
    let warehouse = Warehouse::migrated().await;
    for insert in [
        "set statement_timeout = '10s'",
        "insert into public.clickstream_events select * from public.clickstream_events",
        "insert into public.clickstream_events (event_id, event_timestamp, event_name)
         values (gen_random_uuid(), '20000-01-01T00:00:00Z', 'page_view')",
    ] {
        warehouse.client.batch_execute(insert).await.unwrap();
    }
    assert!(is_ready(&warehouse.client).await);
    let words = "select count(*) from rollups.words";
    assert_eq!(warehouse.number(words).await, 0);
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

/// Five weeks without a gap, a session every half an hour, some of them long, many
/// clients who come back.
const FIVE_WEEKS: &str = "
    insert into public.clickstream_events
           (event_id, event_timestamp, event_name, session_id, client_id, user_id, user_login_state,
            context_product_id, context_product_category, context_product_price)
    select gen_random_uuid(),
           '2025-12-01T00:00:00Z'::timestamptz + n * interval '7 minutes 13 seconds',
           (array['product_view', 'add_to_cart_click', 'page_view', 'checkout_start', 'checkout_complete'])[1 + n * 7 % 5],
           's-' || case when n % 41 = 0 then n % 3 else n / 4 end,
           'c-' || n * 7919 % 97,
           case when n % 3 = 0 then 'u-' || n * 31 % 23 end,
           (array['anonymous', 'logged_in', null])[1 + n / 6 % 3],
           'p-' || n % 5, 'laptop', 1000 + n
      from generate_series(0, 7000) as n";

/// The whole document, from rollups and from the events alone, for ranges of all kinds.
async fn both_say_the_same(warehouse: &Warehouse) {
    for (from, to) in [
        ("2025-12-01", "2026-01-05"),
        ("2025-12-02T05:17:30Z", "2026-01-03T22:58:01Z"),
        ("2025-12-06T07:00:00Z", "2025-12-29T17:00:00Z"),
        ("2025-12-10", "2025-12-26"),
        ("2025-12-12T23:57:00Z", "2025-12-13T23:57:00Z"),
        ("2025-12-14T00:03:00Z", "2025-12-14T01:59:00Z"),
        // At hours: as near as ends can be that are cut already, and nearer.
        ("2025-12-13T22:00:00Z", "2025-12-14T02:00:00Z"),
        ("2025-12-13T23:00:00Z", "2025-12-14T02:00:00Z"),
        ("2025-12-13T21:30:00Z", "2025-12-14T02:00:00Z"),
        ("2025-12-13T22:00:00Z", "2025-12-14T05:19:00Z"),
        // At five minutes, in them, and over their ends.
        ("2025-12-13T23:55:00Z", "2025-12-14T04:05:00Z"),
        ("2025-12-14T00:05:00Z", "2025-12-14T00:45:00Z"),
        ("2025-12-14T00:03:00Z", "2025-12-14T00:56:30Z"),
        ("2025-12-14T00:51:00Z", "2025-12-14T01:14:00Z"),
        ("2025-12-14T00:01:00Z", "2025-12-14T00:04:00Z"),
        // Until after the last event, in its hour.
        ("2026-01-04T09:20:00Z", "2026-01-05T01:57:30Z"),
        ("2026-01-05T01:20:00Z", "2026-01-05T01:57:30Z"),
    ] {
        for login in [None, Some("logged_in"), Some("unknown")] {
            let question = Question {
                filter: Filter {
                    login: login.map(str::to_owned),
                    ..Filter::default()
                },
                ..between(from, to)
            };
            let choices = Choices::default();
            let mut answers = Vec::new();
            for from_rollups in [true, false] {
                if !from_rollups {
                    warehouse.distrust_rollups().await;
                }
                let answer = all(&warehouse.client, &question, &choices, at(to));
                answers.push(format!("{:#?}", answer.await.unwrap()));
            }
            assert_eq!(answers[0], answers[1], "{question:?}");
            warehouse
                .client
                .batch_execute("update rollups.state set ready = true")
                .await
                .unwrap();
        }
    }
}

#[tokio::test]
async fn many_closed_days_say_what_their_events_do() {
    let warehouse = Warehouse::migrated().await;
    warehouse.sum_up_every_day().await;
    warehouse.without_jit().await;
    warehouse.client.batch_execute(FIVE_WEEKS).await.unwrap();
    both_say_the_same(&warehouse).await;
    warehouse.close_days().await;
    for (table, hours) in [
        ("people_spans", &[1, 4, 12, 24, 96, 384][..]),
        ("session_seconds", &[2, 24, 96, 384][..]),
    ] {
        let spans = format!("select array_agg(distinct hours order by hours) from rollups.{table}");
        let spans: Vec<i16> = warehouse
            .client
            .query_one(&spans, &[])
            .await
            .unwrap()
            .get(0);
        assert_eq!(spans, hours, "{table}");
    }
    let cut =
        "select count(distinct c.hour) from rollups.session_cuts c where rollups.has_cuts(c.hour)";
    let cut = warehouse.number(cut).await;
    assert!(cut > 300, "{cut} hours");
    both_say_the_same(&warehouse).await;

    // A late event opens its day, and with it the spans that the day is in.
    warehouse
        .client
        .batch_execute(
            "insert into public.clickstream_events (event_id, event_timestamp, event_name, session_id, client_id)
             values (gen_random_uuid(), '2025-12-14T00:04:00Z', 'checkout_complete', 's-1', 'late'),
                    (gen_random_uuid(), '2025-12-14T23:59:59Z', 'checkout_complete', 's-1', 'late')",
        )
        .await
        .unwrap();
    both_say_the_same(&warehouse).await;
    warehouse.close_days().await;
    both_say_the_same(&warehouse).await;
}
