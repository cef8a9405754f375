//! The events that are loaded.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

/// What a browser sends, enriched as ingest does: about 800 bytes. Twelve in a row
/// are a visit, most of it to one product, and less than half is about any.
pub(crate) fn event(at: DateTime<Utc>, n: i64) -> Value {
    const NAMES: [&str; 12] = [
        "home_view",
        "page_view",
        "category_view",
        "product_view",
        "click",
        "product_view",
        "page_view",
        "product_view",
        "click",
        "add_to_cart_click",
        "checkout_start",
        "click",
    ];
    let visit = n / 12;
    let name = NAMES[usize::try_from(n % 12).unwrap()];
    let user = (visit % 5 == 0).then(|| format!("us-{}", visit % 9_000));
    let product = (name.starts_with("product") || name.starts_with("add")).then(|| {
        let product = (visit * 13 + i64::from(n % 12 == 7)) % 64;
        json!({"id": format!("p-{product}"), "name": "Bàn phím AULA M75 TM", "category": format!("category {}", product / 11),
               "brand": format!("brand {}", product % 14), "price": 1_990_000, "discountPrice": 1_790_000,
               "urlPath": "/product/ban-phim-aula-m75-tm"})
    });
    json!({
        "eventName": name,
        "eventId": Uuid::new_v4(),
        "eventTimestamp": (at + TimeDelta::seconds(n % 12 * 20)).to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
        "pageUrl": "https://shop.example/product/ban-phim-aula-m75-tm",
        "referrer": null,
        "userLoginState": if user.is_some() { "logged_in" } else { "anonymous" },
        "identitySource": if user.is_some() { "cognito_email" } else { "anonymous" },
        "userId": user,
        "clientId": format!("c-{}", visit % 11_000), "sessionId": format!("s-{visit}"), "isFirstVisit": n % 12 == 0,
        "product": product,
        "element": {"tag": "button", "id": "buy", "role": null, "text": "Mua", "dataset": {"total": "1790000"}},
        "_ingest": {"receivedAt": at, "sourceIp": "203.0.113.0", "userAgent": "Mozilla/5.0", "method": "POST",
                    "path": "/clickstream", "requestId": "JKJaXmPLvHcESHA=", "apiId": "api", "stage": "$default"},
    })
}
