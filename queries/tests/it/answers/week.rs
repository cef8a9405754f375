//! Hours of the week, by the clocks of a zone.

use sbw_queries::answers::heatmap::{Heatmap, Hour, heatmap, heatmap_hours};
use sbw_queries::answers::raw::{Page, raw};
use sbw_queries::{Question, TimeRange};

use crate::common::{Warehouse, between, event};

async fn asked(warehouse: &Warehouse, from: &str, to: &str, zone: &str) -> Heatmap {
    heatmap(
        &warehouse.client,
        &between(from, to),
        &zone.parse().unwrap(),
    )
    .await
    .unwrap()
}

/// Filled cells: weekday from 1, hour, events.
fn filled(heatmap: &Heatmap) -> Vec<(usize, usize, i64)> {
    let mut filled = Vec::new();
    for (weekday, hours) in (1..).zip(&heatmap.cells) {
        for (hour, events) in (0..).zip(hours) {
            if *events > 0 {
                filled.push((weekday, hour, *events));
            }
        }
    }
    filled
}

#[tokio::test]
async fn an_event_is_in_the_hour_that_a_clock_there_showed() {
    let warehouse = Warehouse::migrated().await;
    // 2025-11-30 is a Sunday.
    warehouse
        .hold(&[
            event(1, "2025-11-30T23:59:59.999999Z", "click"),
            event(2, "2025-12-01T00:00:00Z", "click"),
            event(3, "2025-12-01T16:59:59Z", "click"),
            event(4, "2025-12-08T16:59:59Z", "click"),
            event(5, "2025-12-01T17:00:00Z", "click"),
        ])
        .await;
    for (zone, expected) in [
        ("UTC", vec![(1, 0, 1), (1, 16, 2), (1, 17, 1), (7, 23, 1)]),
        (
            "Asia/Ho_Chi_Minh",
            vec![(1, 6, 1), (1, 7, 1), (1, 23, 2), (2, 0, 1)],
        ),
        ("Asia/Kolkata", vec![(1, 5, 2), (1, 22, 3)]),
        (
            "America/New_York",
            vec![(1, 11, 2), (1, 12, 1), (7, 18, 1), (7, 19, 1)],
        ),
    ] {
        let answer = asked(&warehouse, "2025-11-01", "2025-12-31", zone).await;
        assert_eq!(filled(&answer), expected, "{zone}");
    }
}

#[tokio::test]
async fn the_hour_that_a_clock_shows_twice_is_one() {
    let warehouse = Warehouse::migrated().await;
    // Berlin sets its clocks back from 03:00 to 02:00 at 01:00 UTC, a Sunday.
    warehouse
        .hold(&[
            event(1, "2025-10-26T00:30:00Z", "click"),
            event(2, "2025-10-26T01:30:00Z", "click"),
            event(3, "2025-10-26T02:30:00Z", "click"),
        ])
        .await;
    let answer = asked(&warehouse, "2025-10-26", "2025-10-27", "Europe/Berlin").await;
    assert_eq!(filled(&answer), [(7, 2, 2), (7, 3, 1)]);
}

#[tokio::test]
async fn the_busiest_hour_is_the_earliest_of_the_busiest() {
    let warehouse = Warehouse::migrated().await;
    let nothing = asked(&warehouse, "2025-12-01", "2025-12-08", "UTC").await;
    assert_eq!(nothing, Heatmap::default());
    let hour = |weekday, hour, events| {
        Some(Hour {
            weekday,
            hour,
            events,
        })
    };
    let mut made = vec![
        event(1, "2025-12-07T01:00:00Z", "click"),
        event(2, "2025-12-03T23:00:00Z", "click"),
        event(3, "2025-12-03T05:00:00Z", "click"),
    ];
    warehouse.hold(&made).await;
    let found = asked(&warehouse, "2025-12-01", "2025-12-08", "UTC").await;
    assert_eq!(found.busiest, hour(3, 5, 1));
    made.push(event(4, "2025-12-07T01:30:00Z", "click"));
    warehouse.hold(&made).await;
    let found = asked(&warehouse, "2025-12-01", "2025-12-08", "UTC").await;
    assert_eq!(found.busiest, hour(7, 1, 2));
}

/// Every cell is the sum of its hours, and each of these is what its own range keeps.
#[tokio::test]
async fn the_hours_of_a_cell_add_up_to_it() {
    let warehouse = Warehouse::migrated().await;
    let mut events = Vec::new();
    // Around the night in which New York puts its clocks back, 2025-11-02.
    for number in 0..400_u32 {
        let minutes = number * 97;
        let at = format!(
            "2025-{:02}-{:02}T{:02}:{:02}:00Z",
            if minutes / 1_440 < 7 { 10 } else { 11 },
            if minutes / 1_440 < 7 {
                25 + minutes / 1_440
            } else {
                minutes / 1_440 - 6
            },
            minutes / 60 % 24,
            minutes % 60
        );
        events.push(event(u128::from(number) + 1, &at, "click"));
    }
    warehouse.hold(&events).await;
    let question = between("2025-10-26T05:20:00Z", "2025-11-15T17:45:00Z");
    for zone in [
        "UTC",
        "Asia/Ho_Chi_Minh",
        "Asia/Kolkata",
        "America/New_York",
    ] {
        let zone = zone.parse().unwrap();
        let cells = heatmap(&warehouse.client, &question, &zone)
            .await
            .unwrap()
            .cells;
        for (weekday, hour) in (1..=7).flat_map(|day| [0, 1, 2, 13].map(|hour| (day, hour))) {
            let hours = heatmap_hours(&warehouse.client, &question, &zone, (weekday, hour), 100)
                .await
                .unwrap();
            let sum: i64 = hours.rows.iter().map(|row| row.events).sum();
            let cell = cells[usize::try_from(weekday).unwrap() - 1][usize::try_from(hour).unwrap()];
            assert_eq!(sum, cell, "{zone} {weekday} {hour}");
            for row in &hours.rows {
                let alone = Question::of(TimeRange::new(row.from, row.to).unwrap());
                let all = raw(
                    &warehouse.client,
                    &alone,
                    Page {
                        limit: 500,
                        ..Page::default()
                    },
                )
                .await
                .unwrap();
                assert_eq!(
                    i64::try_from(all.rows.len()).unwrap(),
                    row.events,
                    "{zone} {row:?}"
                );
            }
        }
    }
}
