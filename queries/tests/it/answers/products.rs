//! What was sold, where a group or a product has an edge.

use sbw_queries::answers::breakdown::{GroupRow, brands, categories};
use sbw_queries::answers::products::{ProductRow, products};
use sbw_queries::answers::raw::RawEvent;
use sbw_queries::{Filter, Question};

use super::{text, with};
use crate::common::{Warehouse, between, event};
use crate::sent::{Item, Sent};

/// An event of a product: id and name, as they are in the columns.
fn of(number: u128, time: &str, name: &str, product: (Option<&str>, Option<&str>)) -> RawEvent {
    with(event(number, time, name), |e| {
        e.context_product_id = product.0.map(str::to_owned);
        e.context_product_name = product.1.map(str::to_owned);
    })
}

fn day() -> Question {
    between("2025-12-01", "2025-12-02")
}

#[tokio::test]
async fn groups_are_of_what_events_are_about() {
    let warehouse = Warehouse::migrated().await;
    let in_category = |number, name, category: Option<&str>| {
        with(of(number, "2025-12-01", name, (Some("p"), None)), |e| {
            e.context_product_category = category.map(str::to_owned);
            e.context_product_price = Some(100);
        })
    };
    warehouse
        .hold(&[
            in_category(1, "product_view", Some("b")),
            in_category(2, "add_to_cart_click", Some("b")),
            // A discount price of 0 is none.
            with(in_category(3, "checkout_complete", Some("b")), |e| {
                e.context_product_discount_price = Some(0);
            }),
            // A price is revenue only when the order is complete.
            in_category(4, "checkout_start", Some("Z")),
            in_category(5, "checkout_complete", Some("ă")),
            in_category(6, "checkout_complete", None),
            in_category(7, "checkout_complete", Some("")),
            in_category(8, "click", Some("UNKNOWN")),
            // A category alone makes no product, unless it is what was viewed.
            with(event(9, "2025-12-01", "product_view"), |e| {
                e.context_product_category = text("b");
                e.context_product_id = text("");
            }),
            in_category(10, "category_view", Some("b")),
            in_category(11, "category_view", None),
        ])
        .await;
    let row = |name: &str, [events, product_views, add_to_carts, orders]: [i64; 4], revenue_vnd| {
        GroupRow {
            name: name.to_owned(),
            events,
            product_views,
            add_to_carts,
            checkout_completes: orders,
            orders,
            units: orders,
            revenue_vnd,
        }
    };
    let expected = [
        row("b", [4, 1, 1, 1], 100),
        row("UNKNOWN", [3, 0, 0, 2], 200),
        row("Z", [1, 0, 0, 0], 0),
        row("ă", [1, 0, 0, 1], 100),
    ];
    for refreshed in [false, true] {
        if refreshed {
            warehouse.refresh().await;
        }
        let found = categories(&warehouse.client, &day(), 10).await.unwrap();
        assert_eq!(found.rows, expected, "refreshed: {refreshed}");
        let found = categories(&warehouse.client, &day(), 3).await.unwrap();
        assert_eq!(found.rows, expected[..3]);
        // Nobody gave a brand: all of it is one group, without the viewed categories.
        let found = brands(&warehouse.client, &day(), 10).await.unwrap();
        assert_eq!(found.rows, [row("UNKNOWN", [8, 1, 1, 4], 400)]);
    }
}

/// An order of several products counts once in each group that it is about.
#[tokio::test]
async fn an_order_counts_in_the_groups_of_its_items() {
    let warehouse = Warehouse::migrated().await;
    let item = |id: &str, category: &str, price, quantity| Item {
        product_id: text(id),
        category: text(category),
        brand: text("A"),
        price,
        quantity,
        ..Item::default()
    };
    let mut order = Sent::from(event(1, "2025-12-01", "checkout_complete"));
    order.context.items = vec![
        item("p", "keyboard", Some(100), Some(2)),
        item("q", "mouse", Some(30), None),
        item("p", "laptop", Some(90), Some(1)),
        // A price that nobody knows.
        item("r", "mouse", None, Some(5)),
        // Not a product.
        item("undefined", "mouse", Some(7), Some(1)),
    ];
    warehouse.hold(&[order]).await;
    let counted = |rows: Vec<GroupRow>| -> Vec<_> {
        let row = |row: GroupRow| (row.name, row.events, row.orders, row.units, row.revenue_vnd);
        rows.into_iter().map(row).collect()
    };
    for refreshed in [false, true] {
        if refreshed {
            warehouse.refresh().await;
        }
        let found = categories(&warehouse.client, &day(), 10).await.unwrap();
        assert_eq!(
            counted(found.rows),
            [
                ("keyboard".to_owned(), 1, 1, 3, 290),
                ("mouse".to_owned(), 1, 1, 6, 30)
            ]
        );
        let found = brands(&warehouse.client, &day(), 10).await.unwrap();
        assert_eq!(counted(found.rows), [("A".to_owned(), 1, 1, 9, 320)]);
        let mice = Question {
            filter: Filter {
                category: text("mouse"),
                ..Filter::default()
            },
            ..day()
        };
        let found = brands(&warehouse.client, &mice, 10).await.unwrap();
        assert_eq!(counted(found.rows), [("A".to_owned(), 1, 1, 6, 30)]);
        let found = products(&warehouse.client, &day(), 10).await.unwrap();
        let ids: Vec<_> = found.rows.iter().map(|row| &row.product_id).collect();
        assert_eq!(ids, [&text("p"), &text("q"), &text("r")]);
    }
}

#[tokio::test]
async fn a_product_is_its_id_or_else_its_name() {
    let warehouse = Warehouse::migrated().await;
    let made: Vec<RawEvent> = (1..)
        .zip([
            (Some("x"), Some("one")),
            (Some("x"), Some("another")),
            (Some("x"), None),
            (None, Some("x")),
            (Some(""), Some("x")),
            (None, Some("one")),
            (Some("UNDEFINED"), Some("one")),
            (Some("0-00"), None),
            (None, None),
            (Some(""), Some("")),
        ])
        .map(|(number, product)| of(number, "2025-12-01", "click", product))
        .collect();
    warehouse.hold(&made).await;
    let found = products(&warehouse.client, &day(), 10).await.unwrap();
    let rows: Vec<_> = found
        .rows
        .iter()
        .map(|row| (row.product_id.as_deref(), row.name.as_str(), row.events))
        .collect();
    assert_eq!(
        rows,
        [
            // The event with the greatest id names no product.
            (Some("x"), "UNKNOWN", 3),
            (None, "one", 2),
            (None, "x", 2),
        ]
    );
}

#[tokio::test]
async fn a_product_is_called_what_its_latest_kept_event_calls_it() {
    let warehouse = Warehouse::migrated().await;
    let called = |number, time, words: [Option<&str>; 3], login: &str| {
        with(
            of(number, time, "product_view", (Some("p"), words[0])),
            |e| {
                e.context_product_category = words[1].map(str::to_owned);
                e.context_product_brand = words[2].map(str::to_owned);
                e.user_login_state = text(login);
            },
        )
    };
    warehouse
        .hold(&[
            called(
                9,
                "2025-12-01T01:00",
                [Some("old"), Some("a"), Some("A")],
                "guest",
            ),
            // A tie: the greatest id wins, with its own words and its own gaps.
            called(
                3,
                "2025-12-01T02:00",
                [Some("new"), Some(""), Some("B")],
                "guest",
            ),
            called(
                2,
                "2025-12-01T02:00",
                [Some("not"), Some("b"), Some("b")],
                "guest",
            ),
            called(1, "2025-12-01T03:00", [None, Some("c"), Some("C")], "x"),
            // Outside of the range.
            called(
                4,
                "2025-12-02",
                [Some("later"), Some("d"), Some("D")],
                "guest",
            ),
        ])
        .await;
    let words = |row: &ProductRow| [row.name.clone(), row.category.clone(), row.brand.clone()];
    let all = products(&warehouse.client, &day(), 10).await.unwrap();
    assert_eq!(words(&all.rows[0]), ["UNKNOWN", "c", "C"]);
    let guests = Question {
        filter: Filter {
            login: text("guest"),
            ..Filter::default()
        },
        ..day()
    };
    let kept = products(&warehouse.client, &guests, 10).await.unwrap();
    assert_eq!(words(&kept.rows[0]), ["new", "UNKNOWN", "B"]);
    assert_eq!((kept.rows.len(), kept.rows[0].product_views), (1, 3));
}

#[tokio::test]
async fn products_sort_by_views_then_events_then_name_then_id() {
    let warehouse = Warehouse::migrated().await;
    let mut made = Vec::new();
    let mut number = 0;
    let mut add = |id: Option<&str>, name: &str, events: &str| {
        for letter in events.chars() {
            number += 1;
            let event_name = match letter {
                'v' => "product_view",
                'c' => "add_to_cart_click",
                'o' => "checkout_complete",
                _ => "click",
            };
            made.push(of(number, "2025-12-01", event_name, (id, Some(name))));
        }
    };
    add(Some("p-1"), "b", "vv");
    add(Some("p-2"), "a", "vvc");
    add(Some("p-3"), "z", "xxxxxxx");
    add(Some("p-5"), "B", "vx");
    add(Some("p-4"), "B", "vx");
    add(None, "B", "vx");
    add(Some("p-6"), "many", "vcccoooo");
    warehouse.hold(&made).await;
    let found = products(&warehouse.client, &day(), 10).await.unwrap();
    let order: Vec<_> = found
        .rows
        .iter()
        .map(|row| (row.product_id.as_deref(), row.name.as_str()))
        .collect();
    assert_eq!(
        order,
        [
            (Some("p-2"), "a"),
            (Some("p-1"), "b"),
            (Some("p-6"), "many"),
            (None, "B"),
            (Some("p-4"), "B"),
            (Some("p-5"), "B"),
            (Some("p-3"), "z"),
        ]
    );
    // Rates are of events, and may pass 100.
    let rates: Vec<_> = found
        .rows
        .iter()
        .map(|row| (row.view_to_cart_percent, row.cart_to_checkout_percent))
        .collect();
    assert_eq!(rates[..3], [(50.0, 0.0), (0.0, 0.0), (300.0, 133.3)]);
    let two = products(&warehouse.client, &day(), 2).await.unwrap();
    assert_eq!(two.rows, found.rows[..2]);
}
