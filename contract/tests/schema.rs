//! The schema says what the table of columns says.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use jsonschema::Validator;
use rstest::rstest;
use sbw_contract::{Column, EVENT_SCHEMA, Kind};
use serde_json::{Value, json};

fn schema() -> Value {
    serde_json::from_str(EVENT_SCHEMA).unwrap()
}

/// The schema of one definition.
fn definition(name: &str) -> Validator {
    let mut schema = schema();
    let root = schema.as_object_mut().unwrap();
    root.remove("anyOf");
    root.insert("$ref".into(), json!(format!("#/$defs/{name}")));
    jsonschema::validator_for(&schema).unwrap()
}

/// A property that names a column: its keys, and its schema with what it refers to.
struct Property {
    keys: Vec<String>,
    schema: Value,
}

/// The properties that become columns, by the columns' names.
fn properties() -> BTreeMap<String, Property> {
    let schema = schema();
    let mut found = BTreeMap::new();
    for definition in ["sdkEvent", "product"] {
        let properties = schema["$defs"][definition]["properties"]
            .as_object()
            .unwrap();
        for (key, property) in properties {
            let Some(column) = property["x-column"].as_str() else {
                continue;
            };
            let others = property["x-spellings"].as_array().unwrap();
            let mut keys = vec![key.clone()];
            keys.extend(others.iter().map(|key| key.as_str().unwrap().to_owned()));
            let resolved = match property["$ref"].as_str() {
                Some(path) => schema.pointer(&path[1..]).unwrap().clone(),
                None => property.clone(),
            };
            let property = Property {
                keys,
                schema: resolved,
            };
            assert!(
                found.insert(column.to_owned(), property).is_none(),
                "{column} twice"
            );
        }
    }
    found
}

#[test]
fn every_column_is_there_under_each_of_its_names() {
    let properties = properties();
    assert_eq!(properties.len(), Column::ALL.len());
    for column in Column::ALL {
        assert_eq!(properties[column.name()].keys, column.keys());
    }
}

#[test]
fn a_column_holds_what_its_property_may_say() {
    for (column, Property { schema, .. }) in properties() {
        let kind = Column::ALL
            .into_iter()
            .find(|known| known.name() == column)
            .unwrap()
            .kind();
        let is_text = schema["type"] == "string" || schema["enum"].is_array();
        match kind {
            Kind::Flag => assert_eq!(schema["type"], "boolean", "{column}"),
            Kind::Price => assert_eq!(schema["type"], "integer", "{column}"),
            _ => assert!(is_text, "{column}"),
        }
        let longest = schema["maxLength"]
            .as_u64()
            .map(|chars| usize::try_from(chars).unwrap());
        match kind {
            Kind::Id => assert_eq!(longest, kind.max_chars(), "{column}"),
            Kind::Text if !schema["enum"].is_array() => {
                assert_eq!(longest, kind.max_chars(), "{column}");
            }
            _ => {}
        }
    }
}

#[rstest]
#[case::one(json!({"eventName": "a"}), true)]
#[case::snake_case(json!({"event_name": "a", "product": 7}), true)]
#[case::one_of_two(json!([{"eventName": "a"}, {"eventName": ""}]), true)]
#[case::envelope(json!({"events": [{"eventName": "a"}], "sentAt": null}), true)]
#[case::both_spellings(json!({"eventName": null, "event_name": "a"}), true)]
#[case::an_event_with_events(json!({"eventName": "", "events": [{"eventName": "a"}]}), false)]
#[case::none_good(json!([{"eventName": "a b"}]), false)]
#[case::none(json!([]), false)]
#[case::nameless(json!({"eventId": "1"}), false)]
#[case::text(json!("page_view"), false)]
#[case::long(json!({"eventName": "a".repeat(101)}), false)]
fn a_body_is_accepted(#[case] body: Value, #[case] accepted: bool) {
    let schema = jsonschema::validator_for(&schema()).unwrap();
    assert_eq!(schema.is_valid(&body), accepted);
}

#[test]
fn what_the_sdk_sends_is_accepted() {
    let [batch, body] = [
        definition("sdkBatch"),
        jsonschema::validator_for(&schema()).unwrap(),
    ];
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
    let mut of_sdk = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let example: Value = serde_json::from_str(&text).unwrap();
        let sent = &example["request"]["body"];
        assert!(body.is_valid(sent), "{}", path.display());
        if path
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .starts_with("sdk-")
        {
            let wrong: Vec<String> = batch
                .iter_errors(sent)
                .map(|error| error.to_string())
                .collect();
            assert!(wrong.is_empty(), "{}: {wrong:#?}", path.display());
            of_sdk += 1;
        }
    }
    assert!(of_sdk > 0);
}
