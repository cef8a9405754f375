//! The shop's orders against those that the warehouse has seen.

mod command;
mod report;

use std::process::{Command, Output};

use serde_json::{Value, json};
use tokio_postgres::Client;

use crate::support::{Platform, key};

/// The week that is compared.
const WEEK: [&str; 4] = ["--from", "2025-12-01", "--to", "2025-12-08"];

fn id(number: u32) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

async fn order(shop: &Client, number: u32, status: &str, total: i64, at: &str) {
    let sql = format!(
        "insert into orders (id, status, total_vnd, created_at) values ('{}', '{status}', {total}, '{at}Z')",
        id(number)
    );
    shop.execute(&sql, &[]).await.unwrap();
}

/// The thank-you page's event, in a session of its own.
fn checkout(event: &str, at: &str, order: &Value) -> Value {
    json!({"eventName": "checkout_complete", "eventId": event, "sessionId": format!("s-{event}"),
           "eventTimestamp": format!("{at}Z"), "order": order})
}

fn run(command: &mut Command, arguments: &[&str]) -> (i32, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.arg("reconcile").args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

fn reconcile(platform: &Platform, arguments: &[&str]) -> (i32, String, String) {
    let url = platform.shop_url();
    let arguments = [&["--oltp", &url], arguments].concat();
    run(&mut platform.program(), &arguments)
}

/// The document, without what differs from one test to the next.
fn document(platform: &Platform, text: &str) -> Value {
    assert_eq!(text.lines().count(), 1, "{text}");
    let port = platform.postgres.port().to_string();
    let mut document: Value = serde_json::from_str(&text.replace(&port, "PORT")).unwrap();
    assert!(document["loaded_at"].is_string(), "{document}");
    document["loaded_at"] = json!("…");
    document
}

/// Orders of every kind, loaded as the shop's pages would send them.
async fn a_week() -> (Platform, Client) {
    let platform = Platform::start().await;
    let shop = platform.create_shop().await;
    let mut events = Vec::new();
    // Seen twice: the page was loaded again, and said something else then.
    order(&shop, 1, "new", 100, "2025-12-01T10:00:00").await;
    events.push(checkout(
        "1",
        "2025-12-01T10:00:01",
        &json!({"id": id(1), "total": 100}),
    ));
    events.push(checkout(
        "1-again",
        "2025-12-01T10:05:00",
        &json!({"id": id(1), "total": 999}),
    ));
    // Never seen.
    order(&shop, 2, "paid", 200, "2025-12-02T10:00:00").await;
    // Seen with another total.
    order(&shop, 3, "new", 300, "2025-12-03T10:00:00").await;
    events.push(checkout(
        "3",
        "2025-12-03T10:00:00",
        &json!({"id": id(3), "total": 299}),
    ));
    // Handed in days later, from a clock that is off.
    order(&shop, 4, "new", 400, "2025-12-07T23:59:59").await;
    events.push(checkout(
        "4",
        "2025-12-10T10:00:00",
        &json!({"id": id(4), "total": 400}),
    ));
    // Ordered all the same.
    order(&shop, 5, "cancelled", 500, "2025-12-04T10:00:00").await;
    events.push(checkout(
        "5",
        "2025-12-04T10:00:00",
        &json!({"id": id(5), "total": 500}),
    ));
    // Ordered before the range, seen in it.
    order(&shop, 6, "new", 600, "2025-11-30T23:59:59").await;
    events.push(checkout(
        "6",
        "2025-12-01T00:00:01",
        &json!({"id": id(6), "total": 600}),
    ));
    // Without a total and a price.
    order(&shop, 7, "new", 700, "2025-12-05T10:00:00").await;
    events.push(checkout("7", "2025-12-05T10:00:00", &json!({"id": id(7)})));
    // Without a total, but with prices.
    order(&shop, 8, "new", 800, "2025-12-05T11:00:00").await;
    events.push(checkout(
        "8",
        "2025-12-05T11:00:00",
        &json!({"id": id(8), "items": [{"productId": "p-1", "price": 400, "quantity": 2}]}),
    ));
    // As the site of today says it.
    order(&shop, 9, "new", 900, "2025-12-05T12:00:00").await;
    events.push(json!({"eventName": "checkout_complete", "eventId": "9", "eventTimestamp": "2025-12-05T12:00:00Z",
                       "element": {"dataset": {"orderId": id(9), "total": "900"}}}));
    // Of no order of the shop: one with an id, one without.
    events.push(checkout(
        "x",
        "2025-12-06T10:00:00",
        &json!({"id": "x-\u{202e}1", "total": 50}),
    ));
    events.push(checkout("y", "2025-12-06T11:00:00", &json!({"total": 60})));
    // Neither ordered nor seen in the range.
    order(&shop, 10, "new", 1_000, "2025-12-08T00:00:00").await;
    events.push(checkout(
        "z",
        "2025-12-08T00:00:00",
        &json!({"id": "z", "total": 70}),
    ));
    platform
        .put(&key(10, 1), Value::from(events).to_string())
        .await;
    let report = platform.load().await;
    assert_eq!((report.inserted, report.rejected), (12, 0));
    (platform, shop)
}
