//! What ingest takes of a sender who means harm, the loader takes, too.

use chrono::{DateTime, Utc};
use sbw_ingest::Request;
use serde_json::{Value, json};

use crate::{
    contract::stored,
    support::{Platform, key},
};

/// Bodies of one event each.
fn bodies() -> Vec<String> {
    let many = |field: &str, n: usize| field.repeat(n);
    let nested = |open: &str, inner: &str, close: &str, n| {
        format!("{}{inner}{}", many(open, n), many(close, n))
    };
    [
        r#""\u0000\u001b[2J":1,"userId":"\u0000\u001b[2Ju\u0085","product":{"name":"\u0000"}"#
            .to_owned(),
        format!(r#""x":{}"#, nested("[", "1", "]", 100_000)),
        format!(r#""product":{}"#, nested(r#"{"id":"#, "1", "}", 30_000)),
        format!(r#""order":{{"items":[{}1]}}"#, many(r#"{"id":1},"#, 20_000)),
        format!(r#""order":{{"items":{}}}"#, nested("[", "", "]", 100_000)),
        format!(r#""eventTimestamp":{}"#, many("9", 200_000)),
        format!(
            r#""product":{{"price":{},"discountPrice":1e999999999}}"#,
            many("9", 200_000)
        ),
        r#""eventTimestamp":-1e999999999,"userId":1e999999999,"quantity":1e99"#.to_owned(),
        format!(r#""x":1{}"#, many(r#","":0"#, 40_000)),
        format!(r#""x":1{}"#, many(r#","userId":" ""#, 15_000)),
        format!(r#""{}":1"#, many("k", 200_000)),
        format!(
            r#""pageUrl":"https://a/{}","referrer":"{}""#,
            many("%00", 30_000),
            many("é", 40_000)
        ),
        format!(r#""userId":"{}""#, many(r"\u0000", 40_000)),
        format!(
            r#""clientId":"{}","sessionId":"\ud800""#,
            many(r"\ud83d", 30_000)
        ),
        format!(r#""eventId":"{}""#, many("x", 200_000)),
        format!(r#""search":{{"query":"{}"}}"#, many("ấ", 60_000)),
        r#""_ingest":{"sourceIp":"198.51.100.0"}"#.to_owned(),
    ]
    .iter()
    .map(|fields| format!(r#"{{"eventName":"page_view",{fields}}}"#))
    .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ingest_takes_is_loaded() {
    let platform = Platform::start().await;
    let at: DateTime<Utc> = "2025-12-01T14:23:11.250Z".parse().unwrap();
    let bodies = bodies();
    for (minute, body) in (0..).zip(&bodies) {
        let request = Request {
            source_ip: Some("203.0.113.77".to_owned()),
            ..Request::post(body.clone())
        };
        platform
            .put(&key(1, minute), stored(request, at).await)
            .await;
    }
    let together = format!(
        "[{}]",
        vec![r#"{"eventName":"a","userId":"u"}"#; 500].join(",")
    );
    platform
        .put(&key(2, 0), stored(Request::post(together), at).await)
        .await;
    let report = platform.load().await;
    let expected = bodies.len() as u64 + 500;
    assert_eq!(
        (report.inserted, report.rejected),
        (expected, 0),
        "{report:?}"
    );
    // The receipt of the first event tells the time of all.
    let at = "select count(*) from public.clickstream_events where event_timestamp = '2025-12-01T14:23:11.250Z'";
    assert_eq!(platform.number(at).await.unsigned_abs(), expected);
    platform.verify().await;
}

/// Ingest keeps what is no event out, and the loader agrees on what an event is.
#[test]
fn a_receipt_is_that_of_ingest() {
    let body = json!([{"eventName": "a", "_ingest": {"sourceIp": "198.51.100.0"}}, {"eventName": "b", "_ingest": {"sourceIp": "198.51.100.0"}}]);
    let request = Request {
        source_ip: Some("203.0.113.77".to_owned()),
        ..Request::post(body.to_string())
    };
    let at: DateTime<Utc> = "2025-12-01T14:23:11.250Z".parse().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let object = runtime.block_on(stored(request, at));
    let text = std::str::from_utf8(&object).unwrap();
    let networks: Vec<Value> = sbw_etl::parse::Events::new(text)
        .map(|(_, item)| match item {
            sbw_etl::parse::Item::Event(values, _) => {
                json!(values.get(sbw_etl::parse::ContextField::SourceIp))
            }
            sbw_etl::parse::Item::Bad(reason, _) => panic!("{reason}"),
        })
        .collect();
    assert_eq!(json!(networks), json!(["203.0.113.0", "203.0.113.0"]));
}
