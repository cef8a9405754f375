//! The shop in one row, and the period before.

use sbw_queries::answers::overview::{Totals, overview};

use super::{text, with};
use crate::common::{Warehouse, between, event, step};
use crate::sent::{OrderFields, Sent};

#[tokio::test]
async fn overview_counts_each_thing_by_its_definition() {
    let warehouse = Warehouse::migrated().await;
    let paid = |id, session, time, product: &str, price, discount| {
        with(step(id, session, time, "checkout_complete"), |e| {
            e.context_product_id = text(product);
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
            paid(4, "a", "2025-12-02", "p", Some(5), None),
            // b pays: a discount price of 0 is none, and a missing price is no order value.
            step(5, "b", "2025-12-01T01:00", "add_to_cart_click"),
            step(6, "b", "2025-12-01T02:00", "checkout_start"),
            paid(
                7,
                "b",
                "2025-12-01T03:00",
                "p",
                Some(1_000_001),
                Some(1_000_000),
            ),
            paid(8, "b", "2025-12-01T04:00", "p", Some(7), Some(0)),
            paid(9, "b", "2025-12-01T05:00", "q", None, None),
            // No session, and no name either: an event all the same.
            paid(10, "", "2025-12-01T06:00", "p", Some(1), None),
            with(event(11, "2025-12-01T23:59:59.999999Z", "page_view"), |e| {
                e.client_id = text("");
                e.user_id = text("");
            }),
            with(step(12, "c", "2025-12-01T07:00", "page_view"), |e| {
                e.client_id = text("c-1");
                e.user_id = text("u-1");
            }),
            with(step(13, "c", "2025-12-01T08:00", "page_view"), |e| {
                e.client_id = text("c-1");
                e.user_id = text("u-2");
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
            orders: 4,
            orders_inferred: 0,
            units: 4,
            converted_sessions: 1,
            conversion_rate_percent: 33.3,
            abandoned_carts: 1,
            cart_abandonment_percent: 50.0,
            revenue_vnd: 1_000_008,
            average_order_value_vnd: 333_336,
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

/// A reloaded thank-you page is not an order, whichever session sends it; a cart is what was
/// put in since the order before.
#[tokio::test]
async fn an_order_counts_once_with_its_cart() {
    let warehouse = Warehouse::migrated().await;
    let cart = |id, session, second: u8, name, product: &str, price, quantity| {
        let time = format!("2025-12-01T00:00:{second:02}Z");
        let mut sent = Sent::from(with(step(id, session, &time, name), |e| {
            e.context_product_id = text(product);
            e.context_product_price = price;
        }));
        sent.context.quantity = quantity;
        sent
    };
    let order = |id, session, second: u8, order: &str, total| {
        let time = format!("2025-12-01T00:00:{second:02}Z");
        let mut sent = Sent::from(step(id, session, &time, "checkout_complete"));
        sent.context.order = Some(OrderFields {
            order_id: text(order),
            total,
        });
        sent
    };
    warehouse
        .hold(&[
            cart(1, "a", 1, "add_to_cart_click", "p", Some(100), Some(3)),
            cart(2, "a", 2, "add_to_cart_click", "q", None, None),
            cart(3, "a", 3, "remove_from_cart_click", "p", None, Some(1)),
            cart(4, "a", 4, "add_to_cart_click", "r", Some(7), Some(2)),
            cart(5, "a", 5, "remove_from_cart_click", "r", Some(7), None),
            order(6, "a", 6, "o-1", None),
            order(7, "a", 7, "o-1", Some(55)),
            order(8, "b", 8, "o-1", Some(55)),
            // Later than the order: it says what q cost.
            cart(9, "a", 9, "product_view", "q", Some(20), None),
            // The next order starts with an empty cart.
            order(10, "a", 10, "undefined", Some(1_000)),
        ])
        .await;
    for refreshed in [false, true] {
        if refreshed {
            warehouse.refresh().await;
        }
        let answer = overview(&warehouse.client, &between("2025-12-01", "2025-12-02")).await;
        let totals = answer.unwrap().current;
        assert_eq!(
            (totals.checkout_completes, totals.orders, totals.units),
            (4, 2, 3)
        );
        assert_eq!((totals.sessions, totals.converted_sessions), (2, 1));
        assert_eq!((totals.orders_inferred, totals.revenue_vnd), (1, 1_220));
        assert_eq!(totals.average_order_value_vnd, 610);
    }
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
        let found = warehouse.number(&sql).await;
        assert_eq!(found, expected, "{amount}/{count}");
    }
}

#[tokio::test]
async fn prices_beyond_any_sum_do_not_stop_the_answer() {
    let warehouse = Warehouse::migrated().await;
    let dear = |id| {
        with(event(id, "2025-12-01", "checkout_complete"), |e| {
            e.context_product_id = text("p");
            e.context_product_price = Some(i64::MAX);
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
