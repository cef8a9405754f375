//! One forged event must not be the shop's revenue: every amount has a ceiling.

use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Platform, key};

const CEILING: i64 = 100_000_000_000;

fn order(of: &Value) -> Value {
    let mut event = json!({"eventName": "checkout_complete", "eventId": "e", "eventTimestamp": "2025-12-01T10:00:00Z", "sessionId": "s"});
    for (key, value) in of.as_object().unwrap() {
        event[key] = value.clone();
    }
    event
}

/// Each amount alone, at the ceiling and above it: what the shop's revenue is.
#[rstest]
#[case::price(json!({"product": {"id": "p", "price": CEILING}}), CEILING)]
#[case::price_above(json!({"product": {"id": "p", "price": CEILING + 1}}), 0)]
#[case::price_as_text(json!({"product": {"id": "p", "price": "9.2e18"}}), 0)]
#[case::discount(json!({"product": {"id": "p", "discountPrice": CEILING}}), CEILING)]
#[case::discount_above(json!({"product": {"id": "p", "price": 5, "discountPrice": CEILING + 1}}), 5)]
#[case::total(json!({"order": {"id": "o", "total": CEILING}}), CEILING)]
#[case::total_above(json!({"order": {"id": "o", "total": CEILING + 1}}), 0)]
#[case::total_in_dataset(json!({"element": {"dataset": {"orderId": "o", "total": "100000000001"}}}), 0)]
#[case::total_above_but_not_in_dataset(json!({"order": {"total": CEILING + 1}, "element": {"dataset": {"total": "7"}}}), 7)]
#[case::item(json!({"order": {"items": [{"id": "p", "price": CEILING}]}}), CEILING)]
#[case::item_above(json!({"order": {"items": [{"id": "p", "price": CEILING + 1}]}}), 0)]
#[case::item_discount_above(json!({"order": {"items": [{"id": "p", "price": 5, "discountPrice": 1e18}]}}), 5)]
#[case::items_of_one_kind(json!({"order": {"items": [{"id": "p", "price": 10_000_000, "quantity": 10_000}]}}), CEILING)]
#[case::too_many_of_one_kind(json!({"order": {"items": [{"id": "p", "price": 10_000_001, "quantity": 10_000}]}}), 10_000_001)]
#[case::too_many_of_its_product(json!({"quantity": 9_999, "product": {"id": "p", "price": CEILING}}), CEILING)]
#[tokio::test]
async fn no_amount_is_beyond_the_ceiling(#[case] of: Value, #[case] revenue: i64) {
    let platform = Platform::start().await;
    platform.put(&key(1, 0), order(&of).to_string()).await;
    platform.load().await;
    let sql = "select coalesce(sum(revenue), 0)::bigint from rollups.event_counts
                where segment_no = 0 and hours = 1 and login_no = -1 and name_no = 4";
    assert_eq!(platform.number(sql).await, revenue);
}
