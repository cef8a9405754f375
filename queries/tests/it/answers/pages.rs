//! Pages of events.

use sbw_queries::Question;
use sbw_queries::answers::raw::{Cursor, Page, RawPages, pages, raw};
use uuid::Uuid;

use super::with;
use crate::common::{Warehouse, at, between, event};

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
async fn pages_are_counted_pending_and_refreshed() {
    let warehouse = Warehouse::migrated().await;
    let made: Vec<_> = (1..=25)
        .map(|id| {
            with(event(id, "2025-12-01T10:30:00Z", "click"), |e| {
                e.context_product_name = (id % 2 == 0).then(|| "named".to_owned());
                e.user_login_state = (id <= 8).then(|| "guest".to_owned());
            })
        })
        .collect();
    warehouse.hold(&made).await;
    let day = between("2025-12-01", "2025-12-02");
    let mut guests = day.clone();
    guests.filter.login = Some("guest".to_owned());
    let nobody = between("2025-12-02", "2025-12-03");
    let cases: [(&Question, bool, u32, i64, i64); 7] = [
        (&day, false, 4, 25, 7),
        (&day, false, 5, 25, 5),
        (&day, true, 4, 12, 3),
        (&guests, false, 20, 8, 1),
        (&guests, true, 1, 4, 4),
        (&nobody, false, 20, 0, 1),
        (&nobody, true, 20, 0, 1),
    ];
    for refreshed in [false, true] {
        if refreshed {
            warehouse.refresh().await;
        }
        for (question, products_only, limit, events, pages_of_them) in cases {
            let counted = pages(&warehouse.client, question, products_only, limit)
                .await
                .unwrap();
            let expected = RawPages {
                events,
                pages: pages_of_them,
            };
            assert_eq!(counted, expected, "{limit} a page, {question:?}");
        }
    }
}
