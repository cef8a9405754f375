//! One session, event by event.

use sbw_queries::answers::raw::{Cursor, RawEvent};
use sbw_queries::answers::session::{MOST_EVENTS, session};

use super::{text, with};
use crate::common::{Warehouse, step};

#[tokio::test]
async fn every_event_comes_with_the_time_since_the_one_before() {
    let warehouse = Warehouse::migrated().await;
    let rich = with(step(7, "s", "2025-12-01T00:00:02.999Z", "b"), |e| {
        e.user_id = text("u");
        e.user_login_state = text("");
        e.identity_source = text("email");
        e.client_id = text("c");
        e.is_first_visit = Some(false);
        e.context_product_id = text("p");
        e.context_product_name = text("name");
        e.context_product_category = text("category");
        e.context_product_brand = text("brand");
        e.context_product_price = Some(2);
        e.context_product_discount_price = Some(-1);
        e.context_product_url_path = text("/p");
    });
    let expected: Vec<(RawEvent, Option<i64>)> = vec![
        (step(9, "s", "2020-01-01", "a"), None),
        (step(1, "s", "2025-12-01T00:00:02Z", "a"), Some(186_710_402)),
        (rich, Some(0)),
        (step(8, "s", "2025-12-01T00:00:02.999Z", "c"), Some(0)),
        (step(2, "s", "2025-12-01T00:00:04.998Z", "d"), Some(1)),
        (step(3, "s", "2999-12-31", "d"), Some(30_739_046_395)),
    ];
    let mut made: Vec<RawEvent> = expected.iter().map(|(event, _)| event.clone()).collect();
    made.extend([
        step(4, "S", "2025-12-01", "other"),
        step(5, "", "2025-12-01", "other"),
        step(6, "s ", "2025-12-01", "other"),
    ]);
    warehouse.hold(&made).await;
    let found = session(&warehouse.client, "s", None, 100).await.unwrap();
    let rows: Vec<_> = found
        .rows
        .into_iter()
        .map(|row| (row.event, row.seconds_since_previous))
        .collect();
    assert_eq!((found.session_id.as_str(), &rows), ("s", &expected));

    // Page by page it is the same; the first of a page knows the last of the one before.
    let mut pages = Vec::new();
    let mut after: Option<Cursor> = None;
    loop {
        let found = session(&warehouse.client, "s", after, 2).await.unwrap();
        after = found.next();
        if found.rows.is_empty() {
            break;
        }
        assert!(found.rows.len() <= 2);
        pages.extend(
            found
                .rows
                .into_iter()
                .map(|row| (row.event, row.seconds_since_previous)),
        );
    }
    assert_eq!(pages, expected);
    for nobody in ["", "none", "s' or true --"] {
        let found = session(&warehouse.client, nobody, None, 100).await.unwrap();
        assert_eq!(found.rows, [], "{nobody:?}");
    }
}

#[tokio::test]
async fn a_session_without_end_comes_in_parts() {
    let warehouse = Warehouse::migrated().await;
    warehouse
        .client
        .batch_execute(
            "insert into public.clickstream_events (event_id, event_timestamp, event_name, session_id)
             select gen_random_uuid(), timestamptz '2025-12-01' + n * interval '1 second', 'click', 's'
               from generate_series(1, 10010) n",
        )
        .await
        .unwrap();
    let first = session(&warehouse.client, "s", None, u32::MAX)
        .await
        .unwrap();
    assert_eq!(first.rows.len(), MOST_EVENTS as usize);
    let rest = session(&warehouse.client, "s", first.next(), u32::MAX)
        .await
        .unwrap();
    assert_eq!(rest.rows.len(), 10);
    assert_eq!(rest.rows[0].seconds_since_previous, Some(1));
}
