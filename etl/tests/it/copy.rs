//! Rows survive the way through columns and binary COPY.

use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use futures::SinkExt;
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use sbw_contract::{column_list, is_known_id};
use sbw_etl::{
    load::{Chunk, create_incoming},
    parse::Events,
    rules,
    transform::{RawObject, Rows},
};
use serde_json::{Map, Value, json};
use tokio_postgres::Client;
use uuid::Uuid;

use crate::support::Platform;

/// An event of all fields, any of which may be missing.
fn event() -> impl Strategy<Value = Value> {
    let text = || proptest::option::of(any::<String>());
    let visitor = proptest::array::uniform5(text());
    let product = proptest::array::uniform5(text());
    let prices = proptest::array::uniform2(proptest::option::of(any::<i64>()));
    let flag = proptest::option::of(any::<bool>());
    (
        any::<u128>(),
        946_684_800_000..1_764_600_000_000_i64,
        visitor,
        product,
        prices,
        flag,
    )
        .prop_map(|(id, millis, visitor, product, prices, flag)| {
            let names = [
                "userId",
                "userLoginState",
                "identitySource",
                "clientId",
                "sessionId",
            ];
            let mut event: Map<String, Value> = names
                .into_iter()
                .zip(visitor)
                .map(|(name, text)| (name.to_owned(), json!(text)))
                .collect();
            event.insert("eventName".into(), json!("click"));
            event.insert("eventId".into(), json!(Uuid::from_u128(id).to_string()));
            event.insert("eventTimestamp".into(), json!(millis));
            event.insert("isFirstVisit".into(), json!(flag));
            event.insert("quantity".into(), json!(id % 10_000 + 1));
            let names = ["id", "name", "category", "brand", "urlPath"];
            let mut parts: Map<String, Value> = names
                .into_iter()
                .zip(product)
                .map(|(name, text)| (name.to_owned(), json!(text)))
                .collect();
            parts.insert("price".into(), json!(prices[0]));
            parts.insert("discountPrice".into(), json!(prices[1]));
            event.insert("product".into(), Value::Object(parts));
            Value::Object(event)
        })
}

/// The row that PostgreSQL should hold, as it tells rows.
fn expected(event: &Value) -> Value {
    let text = |value: &Value, limit| {
        value
            .as_str()
            .and_then(|text| rules::clean(text, limit).map(String::from))
    };
    let id = |value: &Value| text(value, 256).filter(|id| is_known_id(id));
    let price = |value: &Value| {
        let price = value.as_i64();
        price.filter(|price| (0..=100_000_000_000).contains(price))
    };
    let product = &event["product"];
    let at =
        DateTime::<Utc>::from_timestamp_millis(event["eventTimestamp"].as_i64().unwrap()).unwrap();
    json!([
        0,
        event["eventId"],
        at.timestamp_micros(),
        "click",
        id(&event["userId"]),
        text(&event["userLoginState"], 1_024),
        text(&event["identitySource"], 1_024),
        id(&event["clientId"]),
        id(&event["sessionId"]),
        event["isFirstVisit"],
        id(&product["id"]),
        text(&product["name"], 1_024),
        text(&product["category"], 1_024),
        text(&product["brand"], 1_024),
        price(&product["price"]),
        price(&product["discountPrice"]),
        text(&product["urlPath"], 1_024),
        event["quantity"],
    ])
}

async fn round_trip(client: &Client, buffers: Vec<Bytes>) -> Vec<Value> {
    client.batch_execute("begin").await.unwrap();
    client.batch_execute(&create_incoming()).await.unwrap();
    let sink = client
        .copy_in(include_str!("../../sql/copy_incoming.sql"))
        .await
        .unwrap();
    let mut sink = std::pin::pin!(sink);
    for buffer in buffers {
        sink.send(buffer).await.unwrap();
    }
    sink.finish().await.unwrap();
    let columns = column_list("").replace(
        "event_timestamp",
        "(extract(epoch from event_timestamp) * 1000000)::bigint",
    );
    let rows = client
        .query(
            &format!(
                "select jsonb_build_array(object_no, {columns}, quantity) from pg_temp.incoming"
            ),
            &[],
        )
        .await
        .unwrap();
    client.batch_execute("rollback").await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[test]
fn any_row_comes_out_as_it_went_in() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let platform = runtime.block_on(Platform::start());
    let client = runtime.block_on(platform.admin());
    let object = RawObject {
        key: "events/2025/12/01/event-x.json".into(),
        size_bytes: 1,
        etag: None,
        last_modified: DateTime::<Utc>::from_timestamp_millis(1_764_600_000_000).unwrap()
            + TimeDelta::days(1),
    };
    TestRunner::new(Config::with_cases(40))
        .run(&proptest::collection::vec(event(), 1..60), |events| {
            let text = serde_json::to_string(&events).unwrap();
            let mut rows = Rows::with_capacity(events.len());
            let object_no = rows.begin(Arc::new(object.clone()));
            assert!(rows.take(object_no, &mut Events::new(&text), usize::MAX, usize::MAX));
            let chunk = Chunk::new(rows);
            assert_eq!(chunk.rejects, []);
            let by_id = |row: &Value| row[1].to_string();
            let mut sent: Vec<Value> = events.iter().map(expected).collect();
            let mut stored = runtime.block_on(round_trip(&client, chunk.copy));
            sent.sort_by_key(by_id);
            stored.sort_by_key(by_id);
            assert_eq!(sent, stored);
            Ok(())
        })
        .unwrap();
}
