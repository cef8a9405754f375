//! Buckets of time, where calendars and clocks are awkward.

use sbw_queries::answers::raw::RawEvent;
use sbw_queries::answers::timeseries::{Bucket, timeseries};
use sbw_queries::{QueryError, Question, Zone};

use crate::common::{Warehouse, between, event, step};
use crate::sent::{OrderFields, Sent};

#[tokio::test]
async fn a_series_has_every_bucket_that_overlaps_the_range() {
    let warehouse = Warehouse::migrated().await;
    warehouse
        .hold(&[
            step(1, "a", "2025-12-01T10:15:00Z", "page_view"),
            step(2, "a", "2025-12-01T10:59:59.999999Z", "checkout_complete"),
            step(3, "a", "2025-12-01T12:00:00Z", "page_view"),
            step(4, "", "2025-12-01T12:29:59Z", "page_view"),
            step(5, "b", "2025-12-01T12:30:00Z", "page_view"),
        ])
        .await;
    let series = |from, to, bucket, zone: &'static str| {
        let client = &warehouse.client;
        async move {
            let zone: Zone = zone.parse().unwrap();
            let answer = timeseries(client, &between(from, to), bucket, &zone)
                .await
                .unwrap();
            let point = |p: &sbw_queries::answers::timeseries::Point| {
                (
                    p.t.format("%m-%dT%H:%M").to_string(),
                    p.events,
                    p.sessions,
                    p.checkout_completes,
                )
            };
            (
                answer.bucket,
                answer.points.iter().map(point).collect::<Vec<_>>(),
            )
        }
    };
    let rows = |rows: &[(&str, i64, i64, i64)]| -> Vec<(String, i64, i64, i64)> {
        rows.iter()
            .map(|(t, e, s, c)| ((*t).to_owned(), *e, *s, *c))
            .collect()
    };

    let expected = rows(&[
        ("12-01T10:00", 2, 1, 1),
        ("12-01T11:00", 0, 0, 0),
        ("12-01T12:00", 2, 1, 0),
    ]);
    assert_eq!(
        series("2025-12-01T10:15", "2025-12-01T12:30", None, "UTC").await,
        (Bucket::Hour, expected.clone())
    );
    // Its end is outside: a bucket that starts there is not asked for.
    let (_, points) = series("2025-12-01T10:15", "2025-12-01T12:00", None, "UTC").await;
    assert_eq!(points, expected[..2]);
    let (_, points) = series("2025-12-01T10:15", "2025-12-01T10:15", None, "UTC").await;
    assert_eq!(points, []);
    let (_, points) = series(
        "2025-12-01T12:29:30",
        "2025-12-01T12:30:01",
        Some(Bucket::Minute),
        "UTC",
    )
    .await;
    assert_eq!(
        points,
        rows(&[("12-01T12:29", 1, 0, 0), ("12-01T12:30", 1, 1, 0)])
    );

    // Half-hour zones shift hours; days and weeks start at local midnight.
    let (_, points) = series(
        "2025-12-01T12:00",
        "2025-12-01T13:00",
        Some(Bucket::Hour),
        "Asia/Kolkata",
    )
    .await;
    assert_eq!(
        points,
        rows(&[("12-01T11:30", 2, 1, 0), ("12-01T12:30", 1, 1, 0)])
    );
    let (_, points) = series(
        "2025-12-01",
        "2025-12-02",
        Some(Bucket::Day),
        "Asia/Ho_Chi_Minh",
    )
    .await;
    assert_eq!(
        points,
        rows(&[("11-30T17:00", 5, 2, 1), ("12-01T17:00", 0, 0, 0)])
    );
    // 2025-12-01 is a Monday.
    let (_, points) = series("2025-11-30", "2025-12-02", Some(Bucket::Week), "UTC").await;
    assert_eq!(
        points,
        rows(&[("11-24T00:00", 0, 0, 0), ("12-01T00:00", 5, 2, 1)])
    );

    let (bucket, points) = series("2025-12-01", "2025-12-03", None, "UTC").await;
    assert_eq!((bucket, points.len()), (Bucket::Hour, 48));
    let (bucket, points) = series("2025-12-01", "2025-12-03T00:00:00.000001Z", None, "UTC").await;
    assert_eq!((bucket, points.len()), (Bucket::Day, 3));
}

/// An order is in the bucket of its event, with its total; repeats are in none.
#[tokio::test]
async fn a_point_has_its_orders() {
    let warehouse = Warehouse::migrated().await;
    let order = |id, time, order: &str| {
        let mut sent = Sent::from(step(id, "s", time, "checkout_complete"));
        sent.context.order = Some(OrderFields {
            order_id: Some(order.to_owned()),
            total: Some(100),
        });
        sent
    };
    warehouse
        .hold(&[
            order(1, "2025-12-01T10:59:59Z", "o-1"),
            order(2, "2025-12-01T11:00:00Z", "o-1"),
            order(3, "2025-12-01T11:30:00Z", "o-2"),
            order(4, "2025-12-01T11:59:00Z", "o-3"),
        ])
        .await;
    let question = between("2025-12-01T10:00", "2025-12-01T12:00");
    for refreshed in [false, true] {
        if refreshed {
            warehouse.refresh().await;
        }
        let answer = timeseries(&warehouse.client, &question, None, &Zone::utc()).await;
        let points = answer.unwrap().points;
        let points: Vec<_> = points
            .iter()
            .map(|point| (point.checkout_completes, point.orders, point.revenue_vnd))
            .collect();
        assert_eq!(points, [(1, 1, 100), (3, 2, 200)]);
    }
}

/// Clocks that go back, forward, by half an hour, at midnight, or skip a day.
#[tokio::test]
async fn a_series_loses_no_event_where_clocks_change() {
    let warehouse = Warehouse::migrated().await;
    for (zone, from, to, days) in [
        ("Europe/Berlin", "2025-10-25T22:00", "2025-10-26T23:00", 1),
        ("Europe/Berlin", "2025-03-29T23:00", "2025-03-30T22:00", 1),
        (
            "Australia/Lord_Howe",
            "2025-04-05T00:00",
            "2025-04-06T12:00",
            2,
        ),
        (
            "America/Sao_Paulo",
            "2018-11-03T00:00",
            "2018-11-05T00:00",
            3,
        ),
        ("Pacific/Apia", "2011-12-29T00:00", "2012-01-01T00:00", 4),
        ("Africa/Cairo", "2023-04-26T00:00", "2023-04-29T00:00", 4),
    ] {
        let range = between(from, to).range;
        let minutes = range.length().num_minutes();
        let made: Vec<_> = (0..minutes / 7)
            .map(|n| RawEvent {
                event_timestamp: range.from() + chrono::TimeDelta::minutes(n * 7),
                ..event(u128::try_from(n).unwrap() + 1, from, "page_view")
            })
            .collect();
        warehouse.hold(&made).await;
        let zone: Zone = zone.parse().unwrap();
        for bucket in Bucket::ALL {
            let points = timeseries(&warehouse.client, &Question::of(range), Some(bucket), &zone)
                .await
                .unwrap()
                .points;
            let counted: i64 = points.iter().map(|point| point.events).sum();
            assert_eq!(
                usize::try_from(counted).unwrap(),
                made.len(),
                "{zone} {bucket:?}"
            );
            assert!(
                points.windows(2).all(|two| two[0].t < two[1].t),
                "{zone} {bucket:?}: {points:?}"
            );
            assert!(points[0].t <= range.from() && points.last().unwrap().t < range.to());
            if bucket == Bucket::Day {
                assert_eq!(points.len(), days, "{zone}: {points:?}");
            }
            if bucket == Bucket::Minute {
                assert_eq!(i64::try_from(points.len()).unwrap(), minutes, "{zone}");
            }
        }
    }
}

#[tokio::test]
async fn a_series_of_too_many_points_says_so() {
    let warehouse = Warehouse::migrated().await;
    let question = between("2000-01-01", "2025-01-01");
    let minutes = timeseries(
        &warehouse.client,
        &question,
        Some(Bucket::Minute),
        &Zone::utc(),
    )
    .await;
    assert!(matches!(minutes, Err(QueryError::TooManyPoints { .. })));
}
