//! The events that are loaded.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

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
    "checkout_complete",
];
const USER_AGENTS: [&str; 4] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Linux; Android 14; SM-A546E) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0",
];
const LANDINGS: [&str; 3] = ["", "?utm_source=zalo&utm_medium=social", "?gclid=x"];

/// What a browser sends, enriched as ingest does: about 800 bytes. Twelve in a row are a
/// visit, most of it to one product, and less than half is about any. One visit in ten
/// buys. Every third visit is one of the site of today.
pub(crate) fn event(at: DateTime<Utc>, n: i64) -> Value {
    let (visit, place) = (n / 12, n % 12);
    let is_site = visit % 3 == 0;
    let name = match NAMES[usize::try_from(place).unwrap()] {
        "checkout_complete" if visit % 10 != 0 => "click",
        name => name,
    };
    let tells_user = !is_site || matches!(name, "page_view" | "click");
    let user = (visit % 5 == 0 && tells_user).then(|| format!("us-{}", visit % 9_000));
    let looks_at_product = matches!(name, "product_view" | "add_to_cart_click");
    let of_list = |list: &[&'static str]| list[usize::try_from(visit).unwrap() % list.len()];
    let product = product((visit * 13 + i64::from(place == 7)) % 64);
    let page = match name {
        "home_view" => "/".to_owned(),
        "checkout_start" => "/checkout".to_owned(),
        "checkout_complete" => "/success".to_owned(),
        _ => product["urlPath"].as_str().unwrap().to_owned(),
    };
    let query = if place == 0 { of_list(&LANDINGS) } else { "" };
    let mut event = json!({
        "eventName": name,
        "eventId": Uuid::new_v4(),
        "eventTimestamp": (at + TimeDelta::seconds(place * 20)).to_rfc3339_opts(SecondsFormat::Millis, true),
        "pageUrl": format!("https://shop.example{page}{query}"),
        "referrer": "https://www.google.com/",
        "userLoginState": if user.is_some() { "logged_in" } else { "anonymous" },
        "identitySource": if user.is_some() { "cognito_email" } else { "anonymous" },
        "userId": user,
        "clientId": format!("c-{}", visit % 11_000), "sessionId": format!("s-{visit}"), "isFirstVisit": place == 0,
        "product": looks_at_product.then_some(&product),
        "element": {"tag": "button", "id": "buy", "role": null, "text": "Mua", "dataset": {"from": "list"}},
        "_ingest": {"receivedAt": at, "sourceIp": "203.0.113.0", "userAgent": of_list(&USER_AGENTS), "method": "POST",
                    "path": "/clickstream", "requestId": "JKJaXmPLvHcESHA=", "apiId": "api", "stage": "$default"},
    });
    match (name, is_site) {
        ("add_to_cart_click", false) => event["quantity"] = json!(2),
        ("checkout_start", false) => event["cart"] = cart(&format!("cart-{visit}"), product),
        ("checkout_complete", false) => event["order"] = cart(&format!("o-{visit}"), product),
        ("checkout_complete", true) => {
            event["element"]["dataset"] =
                json!({"orderId": format!("o-{visit}"), "orderNumber": "DH1", "total": "1790000"});
        }
        _ => {}
    }
    event
}

fn product(number: i64) -> Value {
    json!({
        "id": format!("p-{number}"), "name": "Bàn phím AULA M75 TM", "category": format!("category {}", number / 11),
        "brand": format!("brand {}", number % 14), "price": 1_990_000, "discountPrice": 1_790_000,
        "urlPath": format!("/product/ban-phim-aula-m75-tm-{number}"),
    })
}

/// Two pieces of a product, as a cart or an order has them.
fn cart(id: &str, mut item: Value) -> Value {
    item["quantity"] = json!(2);
    json!({"id": id, "total": 3_580_000, "items": [item]})
}
