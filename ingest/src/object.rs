//! A JSON object as the text that was sent, cut at its field boundaries.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// One field: its key and its value as they were written, quotes included.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry<'a> {
    pub(crate) key: &'a str,
    pub(crate) value: &'a str,
}

impl<'a> Entry<'a> {
    /// The key without its spelling; `None` for one that is no text (half of a
    /// surrogate pair), which no known field is.
    pub(crate) fn name(&self) -> Option<Cow<'a, str>> {
        text(self.key)
    }
}

/// The fields of an object, in order, repeated keys included.
#[derive(Debug, Default)]
pub(crate) struct Object<'a> {
    pub(crate) entries: Vec<Entry<'a>>,
}

impl<'a> Object<'a> {
    /// Cuts the text of a JSON object. Values are skipped over, not parsed, and
    /// without recursion: depth costs no stack.
    pub(crate) fn read(json: &'a str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;

        impl<'de> Visitor<'de> for Entries {
            type Value = Object<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                // Most events have fewer fields.
                let mut entries = Vec::with_capacity(20);
                while let Some((key, value)) = map.next_entry::<&RawValue, &RawValue>()? {
                    entries.push(Entry {
                        key: key.get(),
                        value: value.get(),
                    });
                }
                Ok(Object { entries })
            }
        }

        deserializer.deserialize_map(Entries)
    }
}

/// The string that a JSON value is; `None` for another type, and for a string
/// that is no text.
pub(crate) fn text(json: &str) -> Option<Cow<'_, str>> {
    let inner = json.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') {
        serde_json::from_str(json).ok().map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(inner))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use rstest::rstest;

    use super::*;

    #[test]
    fn fields_keep_their_spelling_and_order() {
        let json =
            r#"{"b" : 1e400, "a":{"x": [1, 2]} ,"\u0062":12345678901234567890,"b":"\ud800"}"#;
        let cut = Object::read(json).unwrap();
        let fields: Vec<_> = cut.entries.iter().map(|e| (e.key, e.value)).collect();
        assert_eq!(
            fields,
            [
                (r#""b""#, "1e400"),
                (r#""a""#, r#"{"x": [1, 2]}"#),
                (r#""\u0062""#, "12345678901234567890"),
                (r#""b""#, r#""\ud800""#),
            ]
        );
        assert_eq!(cut.entries[2].name().as_deref(), Some("b"));
    }

    #[test]
    fn half_a_surrogate_pair_is_a_key_without_a_name() {
        let cut = Object::read(r#"{"\ud800":1}"#).unwrap();
        assert_eq!(cut.entries[0].key, r#""\ud800""#);
        assert_eq!(cut.entries[0].name(), None);
    }

    #[test]
    fn depth_costs_no_stack() {
        let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(200_000), "]".repeat(200_000));
        assert_eq!(Object::read(&deep).unwrap().entries.len(), 1);
    }

    #[rstest]
    #[case::array("[]")]
    #[case::text(r#""{}""#)]
    #[case::open("{")]
    #[case::trailing("{} {}")]
    #[case::bare_key("{a:1}")]
    #[case::control_character("{\"a\":\"\u{1}\"}")]
    fn anything_else_is_an_error(#[case] json: &str) {
        assert!(Object::read(json).is_err());
    }
}
