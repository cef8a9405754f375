//! The contract's schema says what ingest accepts, and names its limits.

use jsonschema::Validator;
use proptest::prelude::*;
use sbw_contract::EVENT_SCHEMA;
use sbw_ingest::{MAX_BODY_BYTES, MAX_EVENTS, field};
use serde_json::{Value, json};

use crate::support::post;

fn schema() -> Value {
    serde_json::from_str(EVENT_SCHEMA).unwrap()
}

fn validator() -> Validator {
    jsonschema::validator_for(&schema()).unwrap()
}

#[test]
fn limits_are_those_of_the_schema() {
    let schema = schema();
    assert_eq!(schema["x-maxBytes"], json!(MAX_BODY_BYTES));
    assert_eq!(
        schema["$defs"]["acceptedEvents"]["maxItems"],
        json!(MAX_EVENTS)
    );
    let names = format!("^[A-Za-z0-9_.:-]{{1,{}}}$", field::MAX_NAME_CHARS);
    assert_eq!(schema["$defs"]["name"]["pattern"], json!(names));
}

#[test]
fn fields_are_known_by_the_schemas_names() {
    let schema = schema();
    for (key, property) in schema["$defs"]["sdkEvent"]["properties"]
        .as_object()
        .unwrap()
    {
        let is_known = property["x-column"].is_string() || key == "product";
        assert_eq!(field::Field::named(key).is_some(), is_known, "{key}");
    }
}

#[test]
fn too_many_events_are_refused_by_both() {
    for count in [MAX_EVENTS, MAX_EVENTS + 1] {
        let body = json!(vec![json!({"eventName": "a"}); count]);
        let accepted = post(body.to_string()).response.status == 200;
        assert_eq!(validator().is_valid(&body), accepted, "{count}");
    }
}

/// Names around the edge of what one is, and what stands in their place.
fn name() -> impl Strategy<Value = Value> {
    prop_oneof![
        "[A-Za-z0-9_.:-]{1,8}".prop_map(Value::from),
        "[a-z]{99,102}".prop_map(Value::from),
        "[a-z é\u{0}\n-]{0,4}".prop_map(Value::from),
        Just(Value::Null),
        any::<i32>().prop_map(Value::from),
    ]
}

fn event() -> impl Strategy<Value = Value> {
    let key = prop_oneof![Just("eventName"), Just("event_name"), Just("other")];
    let named = proptest::collection::hash_map(key, name(), 0..3);
    let event = named.prop_map(|fields| json!(fields));
    prop_oneof![8 => event, 1 => Just(json!(7)), 1 => Just(json!([]))]
}

fn body() -> impl Strategy<Value = Value> {
    let events = || proptest::collection::vec(event(), 0..4);
    prop_oneof![
        event(),
        events().prop_map(Value::from),
        events().prop_map(|events| json!({"events": events})),
        events().prop_map(|events| json!({"events": events, "sentAt": "2025-12-01T14:23:11Z"})),
        (events(), name()).prop_map(|(events, name)| json!({"events": events, "eventName": name})),
    ]
}

proptest! {
    #[test]
    fn ingest_accepts_what_the_schema_accepts(body in body()) {
        let accepted = post(body.to_string()).response.status == 200;
        prop_assert_eq!(validator().is_valid(&body), accepted, "{}", body);
    }
}
