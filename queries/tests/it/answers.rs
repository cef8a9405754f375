//! Each answer against events made by hand, where the definitions have an edge.

use sbw_queries::answers::events::{Events, events};
use sbw_queries::answers::logins::logins;
use sbw_queries::answers::overview::{Totals, overview};
use sbw_queries::answers::pipeline::pipeline;
use sbw_queries::answers::raw::{Cursor, Page, RawEvent, raw};
use sbw_queries::answers::timeseries::{Bucket, timeseries};
use sbw_queries::{Document, Filter, QueryError, Question, TimeRange, Zone};
use uuid::Uuid;

use crate::common::{Warehouse, at, between, event, step};

fn with(event: RawEvent, change: impl FnOnce(&mut RawEvent)) -> RawEvent {
    let mut event = event;
    change(&mut event);
    event
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[tokio::test]
async fn overview_counts_each_thing_by_its_definition() {
    let warehouse = Warehouse::migrated().await;
    let paid = |id, session, time, price, discount| {
        with(step(id, session, time, "checkout_complete"), |e| {
            e.context_product_price = price;
            e.context_product_discount_price = discount;
        })
    };
    warehouse
        .hold(&[
            // On the border of the period before, and outside of it.
            step(1, "a", "2025-11-30", "add_to_cart_click"),
            step(2, "a", "2025-11-29T23:59:59.999999Z", "page_view"),
            // Session a carts here and pays after the range: abandoned in it.
            step(3, "a", "2025-12-01", "add_to_cart_click"),
            paid(4, "a", "2025-12-02", Some(5), None),
            // b pays: discount wins over price, even at 0; a missing price is no order value.
            step(5, "b", "2025-12-01T01:00", "add_to_cart_click"),
            step(6, "b", "2025-12-01T02:00", "checkout_start"),
            paid(7, "b", "2025-12-01T03:00", Some(1_000_001), Some(1_000_000)),
            paid(8, "b", "2025-12-01T04:00", Some(7), Some(0)),
            paid(9, "b", "2025-12-01T05:00", None, None),
            // No session, and no name either: an event all the same.
            paid(10, "", "2025-12-01T06:00", Some(1), None),
            with(event(11, "2025-12-01T23:59:59.999999Z", "page_view"), |e| {
                e.client_id = some("");
                e.user_id = some("");
            }),
            with(step(12, "c", "2025-12-01T07:00", "page_view"), |e| {
                e.client_id = some("c-1");
                e.user_id = some("u-1");
            }),
            with(step(13, "c", "2025-12-01T08:00", "page_view"), |e| {
                e.client_id = some("c-1");
                e.user_id = some("u-2");
            }),
        ])
        .await;
    let answer = overview(&warehouse.client, &between("2025-12-01", "2025-12-02"))
        .await
        .unwrap();
    assert_eq!(
        answer.current,
        Totals {
            total_events: 10,
            unique_clients: 1,
            unique_users: 2,
            sessions: 3,
            add_to_cart_clicks: 2,
            checkout_starts: 1,
            checkout_completes: 4,
            checkout_rate_percent: 200.0,
            converted_sessions: 1,
            conversion_rate_percent: 33.3,
            abandoned_carts: 1,
            cart_abandonment_percent: 50.0,
            revenue_vnd: 1_000_001,
            average_order_value_vnd: 333_334,
        }
    );
    assert_eq!(
        answer.previous,
        Totals {
            total_events: 1,
            sessions: 1,
            add_to_cart_clicks: 1,
            abandoned_carts: 1,
            cart_abandonment_percent: 100.0,
            ..Totals::default()
        }
    );
    let empty = overview(&warehouse.client, &between("2025-12-01", "2025-12-01"))
        .await
        .unwrap();
    assert_eq!(
        (empty.current, empty.previous),
        (Totals::default(), Totals::default())
    );
}

#[tokio::test]
async fn percentages_round_half_away_from_zero() {
    let warehouse = Warehouse::migrated().await;
    for (part, whole, expected) in [
        (1, 8, 12.5),
        (1, 16, 6.3),    // 6.25
        (3, 2_000, 0.2), // 0.15
        (1, 2_000, 0.1), // 0.05
        (9, 20_000, 0.0),
        (1, 3, 33.3),
        (2, 3, 66.7),
        (7, 2, 350.0),
        (0, 5, 0.0),
        (5, 0, 0.0),
    ] {
        let sql = format!("select metrics.percent({part}, {whole})");
        let found: f64 = warehouse.client.query_one(&sql, &[]).await.unwrap().get(0);
        assert!((found - expected).abs() < 1e-9, "{part}/{whole}: {found}");
    }
    for (amount, count, expected) in [
        ("1", 2, 1),
        ("-1", 2, -1),
        ("5", 2, 3),
        ("4999", 10_000, 0),
        ("1234567890123449999", 100_000, 12_345_678_901_234),
        ("1234567890123450000", 100_000, 12_345_678_901_235),
        ("9223372036854775807000", 1, i64::MAX),
        ("-9223372036854775807000", 1, i64::MIN),
    ] {
        let sql = format!("select metrics.whole_vnd(metrics.rounded({amount}, {count}))");
        let found: i64 = warehouse.client.query_one(&sql, &[]).await.unwrap().get(0);
        assert_eq!(found, expected, "{amount}/{count}");
    }
}

#[tokio::test]
async fn prices_beyond_any_sum_do_not_stop_the_answer() {
    let warehouse = Warehouse::migrated().await;
    let dear = |id| {
        with(event(id, "2025-12-01", "checkout_complete"), |e| {
            e.context_product_price = Some(i64::MAX)
        })
    };
    warehouse.hold(&[dear(1), dear(2)]).await;
    let totals = overview(&warehouse.client, &between("2025-12-01", "2025-12-02"))
        .await
        .unwrap()
        .current;
    assert_eq!(
        (totals.revenue_vnd, totals.average_order_value_vnd),
        (i64::MAX, i64::MAX)
    );
}

#[tokio::test]
async fn the_period_before_is_as_long_whatever_the_clocks_of_the_session_do() {
    let warehouse = Warehouse::migrated().await;
    // Berlin's day of 2025-03-30 has 23 hours.
    warehouse
        .client
        .batch_execute("set timezone = 'Europe/Berlin'")
        .await
        .unwrap();
    warehouse
        .hold(&[
            event(1, "2025-03-29T12:00:00Z", "in"),
            event(2, "2025-03-29T11:59:59Z", "out"),
        ])
        .await;
    let answer = overview(
        &warehouse.client,
        &between("2025-03-30T12:00", "2025-03-31T12:00"),
    )
    .await
    .unwrap();
    assert_eq!(answer.previous.total_events, 1);
}

#[tokio::test]
async fn every_filter_keeps_what_it_says() {
    let warehouse = Warehouse::migrated().await;
    let product =
        |id: u128, change: fn(&mut RawEvent)| with(event(id, "2025-12-01", "product_view"), change);
    warehouse
        .hold(&[
            product(1, |e| e.user_login_state = some("logged_in")),
            product(2, |e| e.user_login_state = some("")),
            product(3, |e| e.user_login_state = some("unknown")),
            product(4, |e| {
                e.user_login_state = some("Logged_In");
                e.context_product_category = some("keyboard");
                e.context_product_id = some("p");
            }),
            product(5, |e| {
                e.user_login_state = some("x");
                e.context_product_id = some("p");
                e.context_product_brand = some("");
            }),
            product(6, |e| {
                e.user_login_state = some("x");
                e.context_product_id = some("");
                e.context_product_name = some("named");
                e.context_product_brand = some("AULA");
            }),
            // No product event: both names are empty.
            product(7, |e| {
                e.user_login_state = some("x");
                e.context_product_id = some("");
                e.context_product_name = some("");
                e.context_product_brand = some("aula");
            }),
            with(event(8, "2025-12-01", "click"), |e| {
                e.user_login_state = None
            }),
        ])
        .await;
    let none = Filter::default;
    for (filter, expected) in [
        (none(), vec![1, 2, 3, 4, 5, 6, 7, 8]),
        (
            Filter {
                login: some("logged_in"),
                ..none()
            },
            vec![1],
        ),
        (
            Filter {
                login: some("unknown"),
                ..none()
            },
            vec![2, 8],
        ),
        (
            Filter {
                login: some(""),
                ..none()
            },
            vec![2],
        ),
        (
            Filter {
                category: some("keyboard"),
                ..none()
            },
            vec![4],
        ),
        (
            Filter {
                category: some("UNKNOWN"),
                ..none()
            },
            vec![5, 6],
        ),
        (
            Filter {
                brand: some("AULA"),
                ..none()
            },
            vec![6],
        ),
        (
            Filter {
                brand: some("UNKNOWN"),
                ..none()
            },
            vec![4, 5],
        ),
        (
            Filter {
                brand: some("unknown"),
                ..none()
            },
            vec![],
        ),
        (
            Filter {
                product: some("p"),
                ..none()
            },
            vec![4, 5],
        ),
        (
            Filter {
                event: some("click"),
                ..none()
            },
            vec![8],
        ),
        (
            Filter {
                event: some("click"),
                login: some("logged_in"),
                ..none()
            },
            vec![],
        ),
        (
            Filter {
                login: some("x"),
                brand: some("UNKNOWN"),
                ..none()
            },
            vec![5],
        ),
    ] {
        let question = Question {
            filter: filter.clone(),
            ..between("2025-12-01", "2025-12-02")
        };
        let page = Page {
            limit: 100,
            ..Page::default()
        };
        let mut kept: Vec<u128> = raw(&warehouse.client, &question, page)
            .await
            .unwrap()
            .rows
            .iter()
            .map(|row| row.event_id.as_u128())
            .collect();
        kept.sort_unstable();
        assert_eq!(kept, expected, "{filter:?}");
    }
}

#[tokio::test]
async fn names_sort_by_count_then_by_bytes() {
    let warehouse = Warehouse::migrated().await;
    let names = ["b", "b", "a", "Z", "ă", "_", "", "UNKNOWN"];
    let made: Vec<_> = (1..)
        .zip(names)
        .map(|(id, name)| event(id, "2025-12-01", name))
        .collect();
    warehouse.hold(&made).await;
    let question = between("2025-12-01", "2025-12-02");
    let answer = events(&warehouse.client, &question, 10).await.unwrap();
    let rows: Vec<_> = answer
        .rows
        .iter()
        .map(|r| (r.event_name.as_str(), r.events))
        .collect();
    assert_eq!(
        rows,
        [
            ("UNKNOWN", 2),
            ("b", 2),
            ("Z", 1),
            ("_", 1),
            ("a", 1),
            ("ă", 1)
        ]
    );
    // A limit cuts the list and leaves the shares alone.
    let answer = events(&warehouse.client, &question, 1).await.unwrap();
    assert_eq!((answer.rows.len(), answer.rows[0].percent), (1, 25.0));
    let nothing = events(&warehouse.client, &between("2020-01-01", "2020-01-02"), 10)
        .await
        .unwrap();
    assert_eq!(nothing, Events { rows: vec![] });
}

#[tokio::test]
async fn login_states_without_a_value_are_one_group() {
    let warehouse = Warehouse::migrated().await;
    let states = [
        None,
        some(""),
        some("anonymous"),
        some("logged_in"),
        some("logged_in"),
        some("unknown"),
    ];
    let made: Vec<_> = (1..)
        .zip(states)
        .map(|(id, state)| {
            with(event(id, "2025-12-01", "click"), |e| {
                e.user_login_state = state
            })
        })
        .collect();
    warehouse.hold(&made).await;
    let answer = logins(&warehouse.client, &between("2025-12-01", "2025-12-02"))
        .await
        .unwrap();
    let rows: Vec<_> = answer
        .rows
        .iter()
        .map(|r| (r.user_login_state.as_str(), r.events, r.percent))
        .collect();
    assert_eq!(
        rows,
        [
            ("UNKNOWN", 2, 33.3),
            ("logged_in", 2, 33.3),
            ("anonymous", 1, 16.7),
            ("unknown", 1, 16.7)
        ]
    );
}

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
async fn a_series_with_a_bad_zone_or_too_many_points_says_so() {
    let warehouse = Warehouse::migrated().await;
    let zone: Zone = "Asia/Atlantis".parse().unwrap();
    let question = between("2025-12-01", "2025-12-02");
    let error = timeseries(&warehouse.client, &question, None, &zone)
        .await
        .unwrap_err();
    assert!(
        matches!(&error, QueryError::UnknownZone { zone, .. } if zone == "Asia/Atlantis"),
        "{error}"
    );
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

#[tokio::test]
async fn pages_of_events_join_without_a_gap_or_an_overlap() {
    let warehouse = Warehouse::migrated().await;
    // Ties in time everywhere: only the id tells events apart.
    let made: Vec<_> = (1..=25)
        .map(|id| {
            with(
                event(id, &format!("2025-12-01T00:00:0{}Z", id % 3), "click"),
                |e| {
                    e.context_product_name = (id % 2 == 0).then(|| "named".to_owned());
                    e.context_product_price = Some(-5);
                    e.is_first_visit = Some(true);
                },
            )
        })
        .collect();
    warehouse.hold(&made).await;
    let mut expected = made.clone();
    expected.sort_by_key(|e| std::cmp::Reverse((e.event_timestamp, e.event_id)));
    let question = between("2025-12-01", "2025-12-02");
    for products_only in [false, true] {
        let mut seen = Vec::new();
        let mut page = Page {
            before: None,
            products_only,
            limit: 4,
        };
        loop {
            let found = raw(&warehouse.client, &question, page).await.unwrap();
            page.before = found.next();
            if found.rows.is_empty() {
                break;
            }
            seen.extend(found.rows);
        }
        let wanted: Vec<_> = expected
            .iter()
            .filter(|e| !products_only || e.context_product_name.is_some())
            .cloned()
            .collect();
        assert_eq!(seen, wanted);
    }
    let cursor: Cursor = "2025-12-01T00:00:01Z,00000000-0000-0000-0000-000000000004"
        .parse()
        .unwrap();
    assert_eq!(
        cursor,
        Cursor {
            time: at("2025-12-01T00:00:01Z"),
            id: Uuid::from_u128(4)
        }
    );
    assert_eq!(cursor.to_string().parse::<Cursor>().unwrap(), cursor);
    assert!("2025-12-01".parse::<Cursor>().is_err());
}

#[tokio::test]
async fn the_pipeline_shows_its_last_runs_and_its_lag() {
    let warehouse = Warehouse::migrated().await;
    let now = at("2025-12-01T12:00:00Z");
    let nothing = pipeline(&warehouse.client, now).await.unwrap();
    assert_eq!(
        (nothing.last_run, nothing.newest_event, nothing.lag_seconds),
        (None, None, None)
    );
    warehouse
        .hold(&[event(1, "2025-12-01T11:58:00.400Z", "click")])
        .await;
    warehouse
        .client
        .batch_execute(
            "insert into etl.runs (started_at, trigger, scope, status, objects, inserted)
             select timestamptz '2025-12-01' + n * interval '1 hour', 'test', 'new', 'complete', n, 10 * n
               from generate_series(1, 22) n;
             update etl.runs set status = 'failed', error = 'no bucket' where objects = 22;
             insert into etl.rejects values ('a', 0, 'why', '', 1), ('a', 1, 'why', '', 1)",
        )
        .await
        .unwrap();
    let reader = warehouse.of("sbw_reader").await;
    let state = pipeline(&reader, now).await.unwrap();
    assert_eq!(state.newest_event, Some(at("2025-12-01T11:58:00.400Z")));
    assert_eq!((state.lag_seconds, state.rejects), (Some(119), 2));
    assert_eq!(
        state.runs.iter().map(|run| run.objects).collect::<Vec<_>>(),
        (3..=22).rev().collect::<Vec<_>>()
    );
    let last = state.last_run.unwrap();
    assert_eq!(
        (
            last.status.as_str(),
            last.error.as_deref(),
            last.finished_at
        ),
        ("failed", Some("no bucket"), None)
    );
}

#[tokio::test]
async fn a_document_has_its_fields_in_order() {
    let warehouse = Warehouse::migrated().await;
    warehouse
        .hold(&[event(1, "2025-12-01T11:58:00.400Z", "click")])
        .await;
    let question = Question {
        filter: Filter {
            event: some("click"),
            ..Filter::default()
        },
        range: TimeRange::new(at("2025-12-01"), at("2025-12-02T00:00:00.250Z")).unwrap(),
    };
    let answer = events(&warehouse.client, &question, 10).await.unwrap();
    assert_eq!(
        serde_json::to_string(&Document::new(&question, answer)).unwrap(),
        r#"{"view":"events","from":"2025-12-01T00:00:00Z","to":"2025-12-02T00:00:00.250Z","filter":{"event":"click"},"rows":[{"event_name":"click","events":1,"percent":100.0}]}"#
    );
}

#[tokio::test]
async fn a_database_without_a_warehouse_says_what_to_do() {
    let warehouse = Warehouse::empty().await;
    let question = between("2025-12-01", "2025-12-02");
    let error = overview(&warehouse.client, &question).await.unwrap_err();
    assert!(matches!(error, QueryError::SchemaMissing(_)), "{error:?}");
    assert!(error.to_string().contains("sbw-etl migrate"));
    let error = pipeline(&warehouse.client, at("2025-12-01"))
        .await
        .unwrap_err();
    assert!(matches!(error, QueryError::SchemaMissing(_)), "{error:?}");
}

#[tokio::test]
async fn a_role_without_rights_says_what_to_do() {
    let warehouse = Warehouse::migrated().await;
    warehouse
        .client
        .batch_execute("create role stranger login")
        .await
        .unwrap();
    let stranger = warehouse.of("stranger").await;
    let error = overview(&stranger, &between("2025-12-01", "2025-12-02"))
        .await
        .unwrap_err();
    assert!(matches!(error, QueryError::NoRights { .. }), "{error:?}");
}
