//! The simulated shop sends what the contract says.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use jsonschema::Validator;
use sbw_contract::EVENT_SCHEMA;
use sbw_local::simulator::{Catalogue, Flaw, Plan, Sender, Traffic};
use serde_json::{Value, json};

/// The schema of what is accepted, and of what the SDK sends.
fn validators() -> (Validator, Validator) {
    let mut schema: Value = serde_json::from_str(EVENT_SCHEMA).unwrap();
    let accepted = jsonschema::validator_for(&schema).unwrap();
    let root = schema.as_object_mut().unwrap();
    root.remove("anyOf");
    root.insert("$ref".into(), json!("#/$defs/sdkEvent"));
    (accepted, jsonschema::validator_for(&schema).unwrap())
}

/// The same without its nulls: they mean that nothing was sent.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key, without_nulls(value)))
            .collect(),
        Value::Array(values) => values.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

#[test]
fn every_simulated_event_is_valid_but_those_without_a_name() {
    let (accepted, of_sdk) = validators();
    let from: DateTime<Utc> = "2025-12-01T00:00:00Z".parse().unwrap();
    let plan = Plan {
        seed: 7,
        from,
        visits_per_day: 600.0,
    };
    let mut traffic = Traffic::new(Arc::new(Catalogue::of_the_shop().unwrap()), plan);
    let end = from + TimeDelta::days(3);
    let mut names = BTreeSet::new();
    let (mut site, mut flawed) = (0, 0);
    while let Some(sent) = traffic.next_before(end) {
        let event = sent.event;
        let json = event.json();
        let is_nameless = matches!(event.flaw, Some(Flaw::NoName | Flaw::OddName));
        assert_eq!(accepted.is_valid(&json), !is_nameless, "{json}");
        flawed += usize::from(event.flaw.is_some());
        match event.sender {
            Sender::Site { .. } => site += 1,
            Sender::Sdk if event.flaw.is_none() => {
                let json = without_nulls(json);
                let wrong: Vec<String> = of_sdk.iter_errors(&json).map(|e| e.to_string()).collect();
                assert!(wrong.is_empty(), "{json}: {wrong:#?}");
                names.insert(event.name);
            }
            Sender::Sdk => {}
        }
    }
    assert!(
        site > 100 && flawed > 0,
        "{site} of the site, {flawed} flawed"
    );
    assert!(names.len() >= 12, "{names:?}");
}
