//! One forged event must not be the shop's revenue: every amount has a ceiling.

use serde_json::{Value, json};

use crate::support::{Platform, key};

const CEILING: i64 = 100_000_000_000;

/// Each amount alone, at the ceiling and above it, and what the revenue is.
fn orders() -> [(&'static str, Value, i64); 15] {
    let items = |items: Value| json!({"order": {"items": items}});
    [
        (
            "price",
            json!({"product": {"id": "p", "price": CEILING}}),
            CEILING,
        ),
        (
            "price above",
            json!({"product": {"id": "p", "price": CEILING + 1}}),
            0,
        ),
        (
            "price as text",
            json!({"product": {"id": "p", "price": "9.2e18"}}),
            0,
        ),
        (
            "discount",
            json!({"product": {"id": "p", "discountPrice": CEILING}}),
            CEILING,
        ),
        (
            "discount above",
            json!({"product": {"id": "p", "price": 5, "discountPrice": CEILING + 1}}),
            5,
        ),
        (
            "total",
            json!({"order": {"id": "o-1", "total": CEILING}}),
            CEILING,
        ),
        (
            "total above",
            json!({"order": {"id": "o-2", "total": CEILING + 1}}),
            0,
        ),
        (
            "total in dataset",
            json!({"element": {"dataset": {"orderId": "o-3", "total": "100000000001"}}}),
            0,
        ),
        (
            "only one total above",
            json!({"order": {"total": CEILING + 1}, "element": {"dataset": {"total": "7"}}}),
            7,
        ),
        (
            "item",
            items(json!([{"id": "p", "price": CEILING}])),
            CEILING,
        ),
        (
            "item above",
            items(json!([{"id": "p", "price": CEILING + 1}])),
            0,
        ),
        (
            "discount of an item",
            items(json!([{"id": "p", "price": 5, "discountPrice": 1e18}])),
            5,
        ),
        (
            "many of one kind",
            items(json!([{"id": "p", "price": 10_000_000, "quantity": 10_000}])),
            CEILING,
        ),
        (
            "too many of one kind",
            items(json!([{"id": "p", "price": 10_000_001, "quantity": 10_000}])),
            10_000_001,
        ),
        (
            "too many of its product",
            json!({"quantity": 9_999, "product": {"id": "p", "price": CEILING}}),
            CEILING,
        ),
    ]
}

#[tokio::test]
async fn no_amount_is_beyond_the_ceiling() {
    let platform = Platform::start().await;
    for (hour, (name, of, _)) in orders().into_iter().enumerate() {
        let mut event = json!({
            "eventName": "checkout_complete", "eventId": name, "sessionId": name,
            "eventTimestamp": format!("2025-12-01T{hour:02}:00:00Z"),
        });
        event
            .as_object_mut()
            .unwrap()
            .extend(of.as_object().unwrap().clone());
        platform.put(&key(2, 0), event.to_string()).await;
    }
    platform.load().await;
    for (hour, (name, _, revenue)) in orders().into_iter().enumerate() {
        let sql = format!(
            "select coalesce(sum(amount), 0)::bigint from rollups.checkouts
              where is_order and event_timestamp = '2025-12-01T{hour:02}:00:00Z'"
        );
        assert_eq!(platform.number(&sql).await, revenue, "{name}");
    }
}
