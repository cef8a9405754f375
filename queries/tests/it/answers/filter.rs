//! The one rule: what each filter keeps.

use sbw_queries::answers::raw::{Page, RawEvent, raw};
use sbw_queries::{Filter, Question};

use super::{text, with};
use crate::common::{Warehouse, between, event};
use crate::sent::{Item, Sent};

#[tokio::test]
#[expect(
    clippy::too_many_lines,
    reason = "two tables: the events, and who keeps them"
)]
async fn every_filter_keeps_what_it_says() {
    let warehouse = Warehouse::migrated().await;
    let product =
        |id: u128, change: fn(&mut RawEvent)| with(event(id, "2025-12-01", "product_view"), change);
    warehouse
        .hold(&[
            product(1, |e| e.user_login_state = text("logged_in")),
            product(2, |e| e.user_login_state = text("")),
            product(3, |e| e.user_login_state = text("unknown")),
            product(4, |e| {
                e.user_login_state = text("Logged_In");
                e.context_product_category = text("keyboard");
                e.context_product_id = text("p");
            }),
            product(5, |e| {
                e.user_login_state = text("x");
                e.context_product_id = text("p");
                e.context_product_brand = text("");
            }),
            product(6, |e| {
                e.user_login_state = text("x");
                e.context_product_id = text("");
                e.context_product_name = text("named");
                e.context_product_brand = text("AULA");
            }),
            // No product event: both names are empty.
            product(7, |e| {
                e.user_login_state = text("x");
                e.context_product_id = text("");
                e.context_product_name = text("");
                e.context_product_brand = text("aula");
            }),
            with(event(8, "2025-12-01", "click"), |e| {
                e.user_login_state = None;
            }),
            // The site gives a viewed category the id of a product: it is none.
            with(event(9, "2025-12-01", "category_view"), |e| {
                e.user_login_state = text("guest");
                e.context_product_category = text("keyboard");
                e.context_product_id = text("keyboard");
            }),
            // An id that is none, and nothing else.
            product(10, |e| {
                e.user_login_state = text("guest");
                e.context_product_id = text("undefined");
            }),
        ])
        .await;
    let none = Filter::default;
    for (filter, expected) in [
        (none(), vec![1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        (
            Filter {
                login: text("logged_in"),
                ..none()
            },
            vec![1],
        ),
        (
            Filter {
                login: text("unknown"),
                ..none()
            },
            vec![2, 8],
        ),
        (
            Filter {
                login: text("other"),
                ..none()
            },
            vec![3, 4, 5, 6, 7],
        ),
        (
            Filter {
                login: text("Logged_In"),
                ..none()
            },
            vec![4],
        ),
        (
            Filter {
                login: text(""),
                ..none()
            },
            vec![2],
        ),
        (
            Filter {
                category: text("keyboard"),
                ..none()
            },
            vec![4, 9],
        ),
        (
            Filter {
                category: text("UNKNOWN"),
                ..none()
            },
            vec![5, 6],
        ),
        (
            Filter {
                brand: text("AULA"),
                ..none()
            },
            vec![6],
        ),
        (
            Filter {
                brand: text("UNKNOWN"),
                ..none()
            },
            vec![4, 5],
        ),
        (
            Filter {
                brand: text("unknown"),
                ..none()
            },
            vec![],
        ),
        (
            Filter {
                product: text("p"),
                ..none()
            },
            vec![4, 5],
        ),
        (
            Filter {
                product: text("undefined"),
                ..none()
            },
            vec![],
        ),
        (
            Filter {
                product: text("keyboard"),
                ..none()
            },
            vec![],
        ),
        (
            Filter {
                event: text("click"),
                ..none()
            },
            vec![8],
        ),
        (
            Filter {
                event: text("click"),
                login: text("logged_in"),
                ..none()
            },
            vec![],
        ),
        (
            Filter {
                login: text("x"),
                brand: text("UNKNOWN"),
                ..none()
            },
            vec![5],
        ),
    ] {
        let question = Question {
            filter: filter.clone(),
            ..between("2025-12-01", "2025-12-02")
        };
        assert_eq!(kept(&warehouse, &question).await, expected, "{filter:?}");
    }
}

/// One of the things that an event is about has to match all of the filter.
#[tokio::test]
async fn an_order_is_kept_by_any_of_its_items() {
    let warehouse = Warehouse::migrated().await;
    let mut order = Sent::from(event(1, "2025-12-01", "checkout_complete"));
    order.context.items = vec![
        Item {
            product_id: text("p"),
            category: text("keyboard"),
            ..Item::default()
        },
        Item {
            product_id: text("q"),
            category: text("mouse"),
            brand: text("AULA"),
            ..Item::default()
        },
    ];
    warehouse.hold(&[order]).await;
    for refreshed in [false, true] {
        if refreshed {
            warehouse.refresh().await;
        }
        for (category, brand, product, events) in [
            (Some("keyboard"), None, None, 1),
            (Some("mouse"), Some("AULA"), Some("q"), 1),
            (Some("keyboard"), Some("UNKNOWN"), None, 1),
            (Some("keyboard"), Some("AULA"), None, 0),
            (Some("mouse"), None, Some("p"), 0),
            (Some("UNKNOWN"), None, None, 0),
        ] {
            let question = Question {
                filter: Filter {
                    category: category.map(str::to_owned),
                    brand: brand.map(str::to_owned),
                    product: product.map(str::to_owned),
                    ..Filter::default()
                },
                ..between("2025-12-01", "2025-12-02")
            };
            let found = kept(&warehouse, &question).await.len();
            assert_eq!(found, events, "{question:?}, refreshed: {refreshed}");
        }
    }
}

async fn kept(warehouse: &Warehouse, question: &Question) -> Vec<u128> {
    let page = Page {
        limit: 100,
        ..Page::default()
    };
    let rows = raw(&warehouse.client, question, page).await.unwrap().rows;
    let mut kept: Vec<u128> = rows.iter().map(|row| row.event_id.as_u128()).collect();
    kept.sort_unstable();
    kept
}
