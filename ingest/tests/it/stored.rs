//! Whole objects as they are stored, with their keys.

use rstest::rstest;
use sbw_ingest::{Ingest, Policy, Request};

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
    assert_eq!(user_agent.chars().count(), 512);
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
