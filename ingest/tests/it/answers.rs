//! What a client is told.

use rstest::rstest;
use sbw_ingest::{Ingest, MAX_BODY_BYTES, Method, Request};

use crate::support::{BrokenStore, StillClock, policy, post, send, wait};

#[rstest]
#[case::one(r#"{"eventName":"page_view"}"#, r#"200 {"success":true,"accepted":1}"#)]
#[case::snake_case(
    r#"{"event_name":"page_view"}"#,
    r#"200 {"success":true,"accepted":1}"#
)]
#[case::array(
    r#"[{"eventName":"a"},{"eventName":"b"}]"#,
    r#"200 {"success":true,"accepted":2}"#
)]
#[case::envelope(
    r#"{"events":[{"eventName":"a"}],"sentAt":1764598991250}"#,
    r#"200 {"success":true,"accepted":1}"#
)]
#[case::own_event(
    r#"{"eventName":"Shop.own:event-1"}"#,
    r#"200 {"success":true,"accepted":1}"#
)]
#[case::some_bad(
    r#"[7,{"eventName":"a"},{"eventName":"a b"},{"clientId":"c"}]"#,
    r#"200 {"success":true,"accepted":1,"rejected":[{"index":0,"message":"an event must be a JSON object"},{"index":2,"message":"eventName must be 1 to 100 characters of A-Z a-z 0-9 _ . : -"},{"index":3,"message":"eventName is missing"}]}"#
)]
#[case::not_a_number(
    r#"{"events":[{"eventName":"a"},{"eventName":"b","price":NaN},{"eventName":"c"}]}"#,
    r#"200 {"success":true,"accepted":2,"rejected":[{"index":1,"message":"the event is not valid JSON"}]}"#
)]
#[case::nothing_but_bare_words("[NaN,undefined]", r#"400 {"success":false,"message":"None of 2 events is valid; event 0: an event must be a JSON object"}"#)]
#[case::bad_event(
    r#"{"clientId":"c"}"#,
    r#"400 {"success":false,"message":"eventName is missing"}"#
)]
#[case::all_bad("[1,2]", r#"400 {"success":false,"message":"None of 2 events is valid; event 0: an event must be a JSON object"}"#)]
#[case::no_events("[]", r#"400 {"success":false,"message":"The body holds no events"}"#)]
#[case::empty("", r#"400 {"success":false,"message":"The body is empty"}"#)]
#[case::not_json("a=b", r#"400 {"success":false,"message":"The body is not valid JSON: expected value at line 1 column 1"}"#)]
fn a_body_is_answered(#[case] body: &'static str, #[case] answer: &str) {
    let outcome = post(body);
    assert_eq!(outcome.answer(), answer);
    assert_eq!(outcome.object.is_some(), outcome.response.status == 200);
    assert_eq!(outcome.response.facts.bytes, body.len());
}

#[rstest]
#[case::null("null", "eventName is missing")]
#[case::empty(r#""""#, "eventName is missing")]
#[case::blank(r#"" \u0000""#, "eventName is missing")]
#[case::number("7", "eventName must be")]
#[case::boolean("true", "eventName must be")]
#[case::object("{}", "eventName must be")]
#[case::space(r#""page view""#, "eventName must be")]
#[case::around(r#"" page_view""#, "eventName must be")]
#[case::not_ascii(r#""giỏ""#, "eventName must be")]
#[case::lone_surrogate(r#""\ud800""#, "eventName must be")]
#[case::too_long(&format!(r#""{}""#, "a".repeat(101)), "eventName must be")]
fn a_name_that_is_none_is_refused(#[case] name: &str, #[case] message: &str) {
    let outcome = post(format!(r#"{{"eventName":{name}}}"#));
    assert_eq!(outcome.response.status, 400);
    let start = format!(r#"{{"success":false,"message":"{message}"#);
    assert!(
        outcome.response.body.starts_with(&start),
        "{}",
        outcome.response.body
    );
}

#[rstest]
#[case::longest(&format!(r#"{{"eventName":"{}"}}"#, "a".repeat(100)))]
#[case::escaped(r#"{"eventName":"page\u005fview"}"#)]
#[case::escaped_key(r#"{"event\u004eame":"page_view"}"#)]
#[case::first_is_null(r#"{"eventName":null,"event_name":"page_view"}"#)]
#[case::first_is_bad(r#"{"eventName":{},"event_name":"page_view"}"#)]
#[case::twice(r#"{"eventName":"a","eventName":"b"}"#)]
fn a_name_that_is_one_is_accepted(#[case] body: &str) {
    assert_eq!(
        post(body.to_owned()).answer(),
        r#"200 {"success":true,"accepted":1}"#
    );
}

#[rstest]
#[case::other_path(Request { path: "/".into(), ..good() }, 404)]
#[case::other_path_preflight(Request { path: "/x".into(), method: Method::Options, ..good() }, 404)]
#[case::other_method(Request { method: Method::Other, ..good() }, 405)]
#[case::form(Request { content_type: Some("multipart/form-data".into()), ..good() }, 415)]
#[case::no_content_type(Request { content_type: None, ..good() }, 415)]
#[case::too_large(Request { body: vec![b' '; MAX_BODY_BYTES + 1].into(), ..good() }, 413)]
#[case::too_many(Request { body: format!("[{}1]", "1,".repeat(500)).into(), ..good() }, 413)]
#[case::not_utf8(Request { body: b"{\"eventName\":\"a\",\"x\":\"\xff\"}".to_vec().into(), ..good() }, 400)]
#[case::mapped(Request { path: "/v1/clickstream".into(), route: Some("POST /clickstream".into()), ..good() }, 200)]
#[case::mapped_preflight_elsewhere(Request { path: "/v1/x".into(), route: Some("$default".into()), method: Method::Options, ..good() }, 404)]
#[case::brotli(Request { content_encoding: Some("br".into()), ..good() }, 415)]
#[case::beacon(Request { content_type: Some("text/plain;charset=UTF-8".into()), ..good() }, 200)]
#[case::stage(Request { path: "/prod/clickstream/".into(), stage: Some("prod".into()), ..good() }, 200)]
fn a_request_has_a_status(#[case] request: Request, #[case] status: u16) {
    let outcome = send(Request {
        origin: Some("https://shop.example".into()),
        ..request
    });
    assert_eq!(outcome.response.status, status);
    assert_eq!(outcome.object.is_some(), status == 200);
    // A page must be able to read every answer, errors too.
    assert_eq!(
        header(&outcome.response, "access-control-allow-origin"),
        Some("https://shop.example")
    );
    assert_eq!(
        header(&outcome.response, "access-control-allow-credentials"),
        Some("true")
    );
    assert_eq!(
        header(&outcome.response, "content-type"),
        Some("application/json")
    );
    assert_eq!(header(&outcome.response, "vary"), Some("Origin"));
    assert_eq!(
        header(&outcome.response, "allow"),
        (status == 405).then_some("POST, OPTIONS")
    );
}

#[test]
fn an_event_of_another_site_is_stored_and_the_answer_kept_from_it() {
    let outcome = send(Request {
        origin: Some("https://evil.example".into()),
        ..good()
    });
    assert_eq!(outcome.response.status, 200);
    assert_eq!(
        header(&outcome.response, "access-control-allow-origin"),
        None
    );
    assert_eq!(header(&outcome.response, "vary"), Some("Origin"));
}

#[rstest]
#[case::ours("https://shop.example", true)]
#[case::another("https://evil.example", false)]
fn a_preflight_is_answered(#[case] origin: &str, #[case] allowed: bool) {
    let request = Request {
        method: Method::Options,
        origin: Some(origin.into()),
        content_type: None,
        asked_headers: Some("baggage,content-type,sentry-trace".into()),
        ..good()
    };
    let outcome = send(request);
    assert_eq!(outcome.answer(), "204 ");
    assert!(outcome.object.is_none());
    for (name, value) in [
        ("access-control-allow-origin", origin),
        ("access-control-allow-credentials", "true"),
        ("access-control-allow-methods", "POST, OPTIONS"),
        (
            "access-control-allow-headers",
            "baggage, content-type, sentry-trace",
        ),
        ("access-control-max-age", "7200"),
    ] {
        assert_eq!(
            header(&outcome.response, name),
            allowed.then_some(value),
            "{name}"
        );
    }
    assert_eq!(header(&outcome.response, "vary"), Some("Origin"));
}

#[test]
fn what_is_not_stored_is_not_acknowledged() {
    let ingest = Ingest::new(BrokenStore, StillClock::default(), policy());
    let response = wait(ingest.handle(good()));
    assert_eq!(response.status, 500);
    assert_eq!(
        response.body,
        r#"{"success":false,"message":"Internal error"}"#
    );
    assert_eq!(response.facts.accepted, 0);
    assert_eq!(response.facts.key, None);
    let failure = response.facts.failure.expect("a cause for the log");
    assert_eq!(
        failure.chain(),
        "the raw object was not written: disk on fire"
    );
}

fn good() -> Request {
    Request::post(r#"{"eventName":"page_view"}"#)
}

fn header<'r>(response: &'r sbw_ingest::Response, name: &str) -> Option<&'r str> {
    let mut found = response.headers.iter().filter(|(key, _)| *key == name);
    let value = found.next().map(|(_, value)| value.as_str());
    assert!(found.next().is_none(), "{name} is given twice");
    value
}
