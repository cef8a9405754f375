//! Sessions in numbers, where a class or a rounding has an edge.

use sbw_queries::answers::raw::RawEvent;
use sbw_queries::answers::sessions::{Sessions, sessions};

use super::with;
use crate::common::{Warehouse, between, event, step};

/// A session whose last event is so many microseconds after its first.
fn lasting(number: u128, micros: i64) -> [RawEvent; 2] {
    let name = format!("s-{number}");
    let first = step(2 * number, &name, "2025-12-01", "page_view");
    let last = RawEvent {
        event_id: uuid::Uuid::from_u128(2 * number + 1),
        event_timestamp: first.event_timestamp + chrono::TimeDelta::microseconds(micros),
        ..first.clone()
    };
    [first, last]
}

async fn asked(warehouse: &Warehouse) -> Sessions {
    sessions(&warehouse.client, &between("2025-12-01", "2025-12-02"))
        .await
        .unwrap()
}

#[tokio::test]
async fn a_duration_is_floored_and_belongs_to_one_class() {
    let warehouse = Warehouse::migrated().await;
    for (seconds, class) in [
        (0.0, "0 s"),
        (0.999_999, "0 s"),
        (1.0, "1–10 s"),
        (10.999_999, "1–10 s"),
        (11.0, "11–60 s"),
        (60.5, "11–60 s"),
        (61.0, "1–5 min"),
        (300.999, "1–5 min"),
        (301.0, "5–15 min"),
        (900.999, "5–15 min"),
        (901.0, "15–30 min"),
        (1_800.999, "15–30 min"),
        (1_801.0, "30+ min"),
        (86_399.0, "30+ min"),
    ] {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a day has few microseconds"
        )]
        let micros = (seconds * 1_000_000.0_f64).round() as i64;
        warehouse.hold(&lasting(1, micros)).await;
        let answer = asked(&warehouse).await;
        let filled: Vec<_> = answer
            .duration_histogram
            .iter()
            .filter(|class| class.sessions > 0)
            .map(|class| class.label.as_str())
            .collect();
        assert_eq!(filled, [class], "{seconds}");
        assert_eq!(answer.median_duration_seconds, Some(micros / 1_000_000));
    }
}

#[tokio::test]
async fn without_a_session_there_are_classes_and_zeros() {
    let warehouse = Warehouse::migrated().await;
    warehouse
        .hold(&[
            event(1, "2025-12-01", "click"),
            step(2, "", "2025-12-01", "click"),
            step(3, "outside", "2025-12-02", "click"),
        ])
        .await;
    let answer = asked(&warehouse).await;
    assert_eq!(answer.duration_histogram.len(), 7);
    assert!(answer.duration_histogram.iter().all(|c| c.sessions == 0));
    assert_eq!(
        Sessions {
            duration_histogram: vec![],
            ..answer
        },
        Sessions::default()
    );
}

#[tokio::test]
async fn a_session_is_new_when_any_kept_event_says_so() {
    let warehouse = Warehouse::migrated().await;
    let first = |number, session, visit: Option<bool>| {
        with(step(number, session, "2025-12-01", "click"), |e| {
            e.is_first_visit = visit;
        })
    };
    warehouse
        .hold(&[
            first(1, "a", None),
            first(2, "a", Some(true)),
            first(3, "a", Some(false)),
            first(4, "b", Some(false)),
            first(5, "c", None),
        ])
        .await;
    let answer = asked(&warehouse).await;
    assert_eq!((answer.new_sessions, answer.returning_sessions), (1, 2));
    assert_eq!((answer.bounces, answer.bounce_rate_percent), (3, 100.0));
}

/// Ten seconds, two pages, or an order.
#[tokio::test]
async fn a_session_that_is_not_engaged_bounces() {
    let warehouse = Warehouse::migrated().await;
    warehouse
        .hold(&[
            // One page, and all that a site sends with it.
            step(1, "bounce", "2025-12-01T00:00:00Z", "page_view"),
            step(2, "bounce", "2025-12-01T00:00:00Z", "home_view"),
            step(3, "bounce", "2025-12-01T00:00:09.999999Z", "click"),
            step(4, "stays", "2025-12-01T00:00:00Z", "page_view"),
            step(5, "stays", "2025-12-01T00:00:10Z", "click"),
            step(6, "reads", "2025-12-01T00:00:00Z", "page_view"),
            step(7, "reads", "2025-12-01T00:00:00Z", "page_view"),
            step(8, "buys", "2025-12-01T00:00:00Z", "checkout_complete"),
        ])
        .await;
    for refreshed in [false, true] {
        if refreshed {
            warehouse.refresh().await;
        }
        let answer = asked(&warehouse).await;
        assert_eq!(
            (answer.sessions, answer.engaged, answer.bounces),
            (4, 3, 1),
            "refreshed: {refreshed}"
        );
    }
}

#[tokio::test]
async fn percentiles_are_durations_that_happened() {
    let warehouse = Warehouse::migrated().await;
    // Sessions of 1 s, 2 s, 3 s and so on.
    for (sessions, median, p90) in [(1, 1, 1), (2, 1, 2), (10, 5, 9), (11, 6, 10), (20, 10, 18)] {
        let made: Vec<_> = (1..=sessions)
            .rev()
            .flat_map(|number| lasting(number, i64::try_from(number).unwrap() * 1_000_000))
            .collect();
        warehouse.hold(&made).await;
        let answer = asked(&warehouse).await;
        assert_eq!(
            (answer.median_duration_seconds, answer.p90_duration_seconds),
            (Some(median), Some(p90)),
            "{sessions}"
        );
    }
}

#[tokio::test]
async fn events_per_session_round_half_away_from_zero() {
    let warehouse = Warehouse::migrated().await;
    for (events, sessions, expected) in [
        (20, 20, 1.0),
        (21, 20, 1.1), // 1.05
        (4, 3, 1.3),
        (5, 3, 1.7),
    ] {
        let made: Vec<_> = (0..events)
            .map(|n| step(n, &format!("s-{}", n % sessions), "2025-12-01", "click"))
            .collect();
        warehouse.hold(&made).await;
        let found = asked(&warehouse).await.events_per_session;
        assert!(
            (found - expected).abs() < 1e-9,
            "{events}/{sessions}: {found}"
        );
    }
}
