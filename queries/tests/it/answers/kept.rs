//! The one rule: what each filter keeps.

use sbw_queries::answers::raw::{Page, RawEvent, raw};
use sbw_queries::{Filter, Question};

use super::{text, with};
use crate::common::{Warehouse, between, event};

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
        ])
        .await;
    let none = Filter::default;
    for (filter, expected) in [
        (none(), vec![1, 2, 3, 4, 5, 6, 7, 8]),
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
            vec![4],
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
