//! API Gateway's events in, its answers out.

use lambda_http::Context;
use rstest::rstest;
use sbw_ingest::{
    Ingest, Method,
    lambda::{HttpApiEvent, answer},
};

use crate::support::{Shelf, StillClock, policy, wait};

/// An event as API Gateway sends it, its body left open.
const EVENT: &str = include_str!("bodies/http_api_event.json");

fn event(body: &str, is_base64: bool) -> HttpApiEvent {
    let mut event: serde_json::Value = serde_json::from_str(EVENT).unwrap();
    event["body"] = body.into();
    event["isBase64Encoded"] = is_base64.into();
    serde_json::from_value(event).unwrap()
}

#[rstest]
#[case::text(r#"{"eventName":"page_view"}"#, false)]
#[case::base64("eyJldmVudE5hbWUiOiJwYWdlX3ZpZXcifQ==", true)]
#[case::not_base64_after_all(r#"{"eventName":"page_view"}"#, true)]
fn an_event_becomes_a_request(#[case] body: &str, #[case] is_base64: bool) {
    let request = event(body, is_base64).into_request(None);
    assert_eq!(request.method, Method::Post);
    assert_eq!(request.path, "/prod/clickstream");
    assert_eq!(request.content_type.as_deref(), Some("application/json"));
    assert_eq!(request.origin.as_deref(), Some("https://shop.example"));
    assert_eq!(request.body, r#"{"eventName":"page_view"}"#);
    assert_eq!(request.source_ip.as_deref(), Some("203.0.113.77"));
    assert_eq!(
        request.user_agent.as_deref(),
        Some("Mozilla/5.0 (X11; Linux x86_64)")
    );
    assert_eq!(request.request_id.as_deref(), Some("JKJaXmPLvHcESHA="));
    assert_eq!(request.api_id.as_deref(), Some("a1b2c3d4e5"));
    assert_eq!(request.stage.as_deref(), Some("prod"));
    assert_eq!(
        request.trace_id.as_deref(),
        Some("Root=1-692da4ef-5f84889c3c4d9a1e2b7a6c5d")
    );
}

#[test]
fn an_invocation_is_answered_and_stored() {
    let shelf = Shelf::default();
    let ingest = Ingest::new(&shelf, StillClock::default(), policy());
    let body = r#"{"eventName":"page_view","eventId":"e-1","eventTimestamp":1764598991250}"#;
    let answer = wait(answer(&ingest, event(body, false), &Context::default()));
    let (key, text) = shelf.take().expect("an object was stored");
    let answer = serde_json::to_string_pretty(&answer).unwrap();
    insta::assert_snapshot!("invocation", format!("{answer}\n\n{key}\n{text}"));
}

#[rstest]
#[case::nothing("{}", 404)]
#[case::no_http(r#"{"rawPath":"/clickstream","requestContext":{}}"#, 405)]
#[case::no_body(r#"{"rawPath":"/clickstream","headers":{"Content-Type":"application/json"},"body":null,"requestContext":{"http":{"method":"POST"}}}"#, 400)]
#[case::null_headers(
    r#"{"rawPath":"/clickstream","headers":null,"requestContext":{"http":{"method":"POST"}}}"#,
    415
)]
#[case::another_service(r#"{"Records":[{"eventSource":"aws:s3"}]}"#, 404)]
#[case::hostile_head(
    r#"{"rawPath":"/clickstream","rawQueryString":"<\"^`{|}>","headers":{"host":"a b:c","x-forwarded-proto":"http, https","x":"\u0007","content-type":"application/json"},"body":"{\"eventName\":\"a\"}","requestContext":{"domainName":"a b","http":{"method":"POST","userAgent":"\u0000"}}}"#,
    200
)]
fn any_event_is_answered(#[case] event: &str, #[case] status: u16) {
    let event: HttpApiEvent = serde_json::from_str(event).unwrap();
    let ingest = Ingest::new(Shelf::default(), StillClock::default(), policy());
    let answer = wait(answer(&ingest, event, &Context::default()));
    let answer = serde_json::to_value(answer).unwrap();
    assert_eq!(answer["statusCode"], status, "{answer}");
}

#[test]
fn an_event_without_a_trace_has_that_of_its_invocation() {
    let event: HttpApiEvent = serde_json::from_str("{}").unwrap();
    assert_eq!(
        event.into_request(Some("Root=1-a")).trace_id.as_deref(),
        Some("Root=1-a")
    );
}
