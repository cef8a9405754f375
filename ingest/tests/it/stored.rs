//! Whole objects as they are stored, with their keys.

use rstest::rstest;
use sbw_ingest::{EdgeKey, Ingest, Policy, Request};

use crate::support::{Shelf, StillClock, send, wait};

fn snapshot(name: &str, request: Request) {
    let outcome = send(request);
    let (key, text) = outcome.object.as_ref().expect("an object was stored");
    let whole = format!("{}\n\n{key}\n{text}", outcome.answer());
    insta::assert_snapshot!(name, whole);
}

/// A request as API Gateway describes it.
fn browser(body: &'static str) -> Request {
    Request {
        source_ip: Some("203.0.113.77".into()),
        user_agent: Some("Mozilla/5.0 (X11; Linux x86_64)".into()),
        request_id: Some("JKJaXmPLvHcESHA=".into()),
        api_id: Some("a1b2c3d4e5".into()),
        stage: Some("$default".into()),
        trace_id: Some("Root=1-692da4ef-5f84889c3c4d9a1e2b7a6c5d".into()),
        ..Request::post(body)
    }
}

#[test]
fn one_event_is_an_object() {
    snapshot(
        "one_event",
        browser(include_str!("bodies/product_view.json")),
    );
}

#[test]
fn several_are_an_array_of_the_good_ones() {
    let body = r#"{"events":[{"eventName":"page_view","eventTimestamp":"2025-12-01T14:23:05Z"},{"event":"?"},{"eventName":"logout","userId":"us-1","eventTimestamp":"2024-01-01T00:00:00Z"}],"sentAt":"2025-12-01T14:23:09.250Z","page":"dropped"}"#;
    snapshot("several_events", browser(body));
}

#[test]
fn one_good_of_several_is_an_object() {
    snapshot(
        "one_good_of_several",
        browser(r#"[{"eventName":"page_view"},{}]"#),
    );
}

#[test]
fn what_is_not_known_of_a_request_is_null() {
    snapshot(
        "nothing_known",
        Request::post(r#"{"eventName":"page_view"}"#),
    );
}

#[test]
fn hostile_texts_stay_texts() {
    let hostile = "\"},\n\u{0}\u{202e}\u{1F600}\\";
    let request = Request {
        user_agent: Some(format!("{hostile}{}", "é".repeat(100_000))),
        source_ip: Some(hostile.into()),
        request_id: Some(hostile.into()),
        trace_id: Some(hostile.into()),
        ..browser(r#"{"eventName":"page_view"}"#)
    };
    let outcome = send(request);
    let event: serde_json::Value = serde_json::from_str(outcome.stored()).unwrap();
    let receipt = &event["_ingest"];
    let user_agent = receipt["userAgent"].as_str().unwrap();
    assert!(
        (511..=512).contains(&user_agent.len()),
        "{}",
        user_agent.len()
    );
    assert!(user_agent.starts_with(hostile));
    assert_eq!(receipt["requestId"], hostile);
    assert_eq!(receipt["traceId"], hostile);
    assert!(receipt["sourceIp"].is_null());
}

#[rstest]
#[case::cut(false, "203.0.113.0")]
#[case::whole(true, "203.0.113.77")]
fn the_address_is_kept_as_the_operator_says(#[case] keep_full_ip: bool, #[case] kept: &str) {
    let shelf = Shelf::default();
    let policy = Policy {
        keep_full_ip,
        ..Policy::default()
    };
    let ingest = Ingest::new(&shelf, StillClock::default(), policy);
    wait(ingest.handle(browser(r#"{"eventName":"page_view"}"#)));
    let (_, text) = shelf.take().expect("an object was stored");
    let event: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(event["_ingest"]["sourceIp"], kept);
    assert!(!keep_full_ip || text.contains("203.0.113.77"));
    assert!(keep_full_ip || !text.contains("203.0.113.77"));
}

#[test]
fn a_receipt_is_stored_once_an_object() {
    let request = Request {
        user_agent: Some("x".repeat(8_000)),
        ..browser("")
    };
    let event = r#"{"eventName":"a"}"#;
    let body = format!("[{}]", vec![event; 500].join(","));
    let outcome = send(Request {
        body: body.clone().into(),
        ..request
    });
    let events: Vec<serde_json::Value> = serde_json::from_str(outcome.stored()).unwrap();
    assert_eq!(events.len(), 500);
    assert_eq!(events[0]["_ingest"].as_object().unwrap().len(), 9);
    assert!(
        events[1..]
            .iter()
            .all(|event| event.get("_ingest").is_none())
    );
    // What is added to each is an id, a time and two states.
    let size = outcome.stored().len();
    assert!(
        size < body.len() + 500 * 160 + 1_000,
        "{size} bytes of {}",
        body.len()
    );
}

#[test]
fn a_time_that_was_replaced_is_kept_with_its_event() {
    let outcome = send(browser(
        r#"[{"eventName":"a"},{"eventName":"b","eventTimestamp":1},{"eventName":"c"}]"#,
    ));
    let events: Vec<serde_json::Value> = serde_json::from_str(outcome.stored()).unwrap();
    assert_eq!(events[0]["_ingest"].get("clientTimestamp"), None);
    assert_eq!(
        events[1]["_ingest"],
        serde_json::json!({"clientTimestamp": 1})
    );
    assert_eq!(events[2].get("_ingest"), None);
}

#[rstest]
#[case::by_cloudfront(Some("k-1"), Some("198.51.100.7:46532"), 200, Some("198.51.100.0"))]
#[case::by_cloudfront_v6(Some("k-1"), Some("2001:db8:1:2::7:46532"), 200, Some("2001:db8:1::"))]
#[case::without_a_viewer(Some("k-1"), None, 200, None)]
#[case::around_it(None, Some("198.51.100.7:46532"), 403, None)]
#[case::with_a_guess(Some("k-2"), Some("198.51.100.7:46532"), 403, None)]
fn behind_cloudfront_its_viewer_is_the_sender(
    #[case] edge_key: Option<&str>,
    #[case] viewer: Option<&str>,
    #[case] status: u16,
    #[case] kept: Option<&str>,
) {
    let shelf = Shelf::default();
    let policy = Policy {
        edge_key: Some(EdgeKey::new("k-1")),
        ..Policy::default()
    };
    let request = Request {
        edge_key: edge_key.map(str::to_owned),
        viewer_address: viewer.map(str::to_owned),
        ..browser(r#"{"eventName":"page_view"}"#)
    };
    let ingest = Ingest::new(&shelf, StillClock::default(), policy);
    assert_eq!(wait(ingest.handle(request)).status, status);
    let Some((_, text)) = shelf.take() else {
        assert_eq!(status, 403);
        return;
    };
    let event: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(event["_ingest"]["sourceIp"], serde_json::json!(kept));
}

/// Without `CloudFront` its headers are a client's, and can only be made up.
#[test]
fn a_viewer_is_not_believed_without_cloudfront() {
    let outcome = send(Request {
        edge_key: Some(String::new()),
        viewer_address: Some("198.51.100.7:46532".into()),
        ..browser(r#"{"eventName":"page_view"}"#)
    });
    assert!(outcome.stored().contains(r#""sourceIp":"203.0.113.0""#));
}
