//! What holds for any body.

use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::value::RawValue;

use crate::support::post;

/// A field's key and value as they are written.
type Field = (String, String);

fn json_value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        select(vec![
            "null",
            "true",
            "false",
            "0",
            "-0.0",
            "1e400",
            "12345678901234567890",
            "1.10",
            r#""""#,
            r#"" ""#,
            r#""\ud800""#,
            r#""\u0000""#,
            r#""page_view""#,
            r#""page\u005fview""#,
            r#""logged_in""#,
            r#""a b""#,
            "1764598991250",
            r#""2025-12-01T14:00:00Z""#,
            r#""2020-01-01T00:00:00Z""#,
            r#""0000-00-00""#,
        ])
        .prop_map(str::to_owned),
        any::<i64>().prop_map(|n| n.to_string()),
        ".{0,12}".prop_map(|text| serde_json::to_string(&text).unwrap()),
    ];
    leaf.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(" , "))),
            vec(inner, 0..4).prop_map(|items| {
                let fields: Vec<_> = items.iter().map(|item| format!(r#""k" :{item}"#)).collect();
                format!("{{{}}}", fields.join(",\n"))
            }),
        ]
    })
}

fn field() -> impl Strategy<Value = Field> {
    let known = select(vec![
        "eventName",
        "event_name",
        "eventId",
        "event_id",
        "eventTimestamp",
        "event_timestamp",
        "userId",
        "user_id",
        "userLoginState",
        "user_login_state",
        "identitySource",
        "identity_source",
        "clientId",
        "product",
        "_ingest",
        "events",
        "sentAt",
    ]);
    let key = prop_oneof![
        4 => known.prop_map(|key| format!(r#""{key}""#)),
        1 => Just(r#""event\u004eame""#.to_owned()),
        1 => Just(r#""\udc00""#.to_owned()),
        1 => ".{0,6}".prop_map(|key| serde_json::to_string(&key).unwrap()),
    ];
    (key, json_value())
}

/// An event as its fields; half of them start with a good name.
fn event() -> impl Strategy<Value = Vec<Field>> {
    let name = prop_oneof![
        Just(vec![]),
        Just(vec![(
            r#""eventName""#.to_owned(),
            r#""page_view""#.to_owned()
        )]),
    ];
    (name, vec(field(), 0..8)).prop_map(|(name, fields)| [name, fields].concat())
}

fn written(event: &[Field], space: &str) -> String {
    let fields: Vec<_> = event
        .iter()
        .map(|(key, value)| format!("{key}{space}:{space}{value}"))
        .collect();
    format!("{{{space}{}{space}}}", fields.join(","))
}

/// Whether a field must be stored exactly as it was sent. Those that ingest may
/// replace are the subject of the tables of cases.
fn is_untouchable((key, _): &Field) -> bool {
    let key: String = serde_json::from_str(key).unwrap_or_default();
    ![
        "eventId",
        "event_id",
        "eventTimestamp",
        "event_timestamp",
        "userLoginState",
        "user_login_state",
        "identitySource",
        "identity_source",
        "_ingest",
    ]
    .contains(&key.as_str())
}

fn stored_events(text: &str) -> Vec<String> {
    let values: Vec<&RawValue> = match text.as_bytes().first() {
        Some(b'[') => serde_json::from_str(text).unwrap(),
        _ => vec![serde_json::from_str(text).unwrap()],
    };
    values
        .into_iter()
        .map(|value| value.get().to_owned())
        .collect()
}

fn rejected_indexes(answer: &str) -> Vec<usize> {
    let answer: serde_json::Value = serde_json::from_str(answer).unwrap();
    let rejected = answer["rejected"].as_array().cloned().unwrap_or_default();
    rejected
        .iter()
        .map(|r| usize::try_from(r["index"].as_u64().unwrap()).unwrap())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_answered(body in vec(any::<u8>(), 0..400)) {
        let outcome = post(body);
        prop_assert!([200, 400].contains(&outcome.response.status));
        prop_assert_eq!(outcome.object.is_some(), outcome.response.status == 200);
    }

    /// Closer to JSON than any bytes are.
    #[test]
    fn any_json_like_text_is_answered(body in r#"[\[\]{}:,"\\ueEvntsNam0-9.+ \u{feff}-]{0,60}"#) {
        let outcome = post(body);
        prop_assert!([200, 400].contains(&outcome.response.status));
        serde_json::from_str::<serde_json::Value>(&outcome.response.body).unwrap();
    }

    #[test]
    fn what_is_accepted_is_stored_as_it_was_sent(
        events in vec(event(), 1..6),
        enveloped in any::<bool>(),
        space in select(vec!["", " ", "\n\t"]),
    ) {
        let texts: Vec<_> = events.iter().map(|event| written(event, space)).collect();
        let array = format!("[{}]", texts.join(","));
        let outcome = post(if enveloped { format!(r#"{{"events":{array}}}"#) } else { array });
        let facts = &outcome.response.facts;
        prop_assert_eq!(facts.accepted + facts.rejected, events.len());
        if outcome.response.status == 400 {
            prop_assert_eq!(facts.accepted, 0);
            prop_assert!(outcome.object.is_none());
            return Ok(());
        }

        let rejected = rejected_indexes(&outcome.response.body);
        prop_assert_eq!(rejected.len(), facts.rejected);
        let stored = stored_events(outcome.stored());
        prop_assert_eq!(stored.len(), facts.accepted);
        let accepted = events.iter().enumerate().filter(|(index, _)| !rejected.contains(index));
        for (stored, (_, sent)) in stored.iter().zip(accepted) {
            let mut rest = stored.as_str();
            for field in sent.iter().filter(|field| is_untouchable(field)) {
                let (key, value) = field;
                let text = format!("{key}:{value}");
                let at = rest.find(&text);
                prop_assert!(at.is_some(), "{} is not in {}, sent {:?}", text, rest, sent);
                rest = &rest[at.unwrap() + text.len()..];
            }
        }
        let receipt = r#""_ingest":{"receivedAt":"2025-12-01T14:23:11.250Z","#;
        prop_assert!(stored[0].contains(receipt), "no receipt at the end of {}", stored[0]);
        prop_assert_eq!(outcome.stored().matches(receipt).count(), 1);
    }

    #[test]
    fn a_good_event_lacks_nothing_when_stored(fields in vec(field(), 0..8)) {
        let mut event = vec![(r#""eventName""#.to_owned(), r#""page_view""#.to_owned())];
        event.extend(fields);
        let outcome = post(written(&event, ""));
        prop_assert_eq!(outcome.response.status, 200);
        let stored = outcome.stored();
        for either in [["eventId", "event_id"], ["userLoginState", "user_login_state"], ["eventTimestamp", "event_timestamp"]] {
            let here = either.iter().any(|key| stored.contains(&format!(r#""{key}":"#)));
            prop_assert!(here, "neither of {:?} is in {}", either, stored);
        }
        prop_assert_eq!(stored.matches(r#""receivedAt""#).count(), 1);
    }
}
