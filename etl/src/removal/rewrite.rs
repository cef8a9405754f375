//! A raw file without the events of some people.
//!
//! In the place of each stands a mark, because an event without an id is known by its place in the
//! file. While events of others are left, the mark keeps what ingest says of their request: it
//! stands in an object's first event only.

use serde_json::json;

use super::person::People;
use crate::parse::{ContextField, Events, Item, Reason, Values, unpack};

/// What was theirs in a file, and the file without it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rewritten {
    /// As it was stored: gzip stays gzip.
    pub(super) bytes: Vec<u8>,
    /// Where their events stood, and pieces that were no events.
    pub(super) places: Vec<i32>,
}

/// The file without the events of these people; none when it has none.
pub(super) fn rewrite(bytes: &[u8], people: &People) -> Result<Option<Rewritten>, Reason> {
    let text = match unpack(bytes) {
        Ok(text) => text,
        Err(Reason::Empty) => return Ok(None),
        Err(reason) => return Err(reason),
    };
    let is_left = |(_, item): (i32, Item<'_>)| matches!(item, Item::Event(values, _) if !values.is_erased() && !people.have(&values));
    let leaves_events = Events::new(&text).any(is_left);
    let mut kept = String::with_capacity(text.len());
    let (mut end, mut places) = (0, Vec::new());
    for (place, item) in Events::new(&text) {
        let (mark, piece) = match &item {
            Item::Event(values, piece) if people.have(values) => {
                (mark(Some(values).filter(|_| leaves_events)), *piece)
            }
            Item::Bad(_, piece) if people.are_in(piece) => (mark(None), *piece),
            _ => continue,
        };
        // A piece is a part of the text.
        let start = piece.as_ptr().addr() - text.as_ptr().addr();
        kept.push_str(&text[end..start]);
        kept.push_str(&mark);
        end = start + piece.len();
        places.push(place);
    }
    if places.is_empty() {
        return Ok(None);
    }
    kept.push_str(&text[end..]);
    Ok(Some(Rewritten {
        bytes: pack(kept, bytes),
        places,
    }))
}

/// What stands in the place of an event ([`Values::is_erased`]), with its receipt if that is asked for.
fn mark(receipt_of: Option<&Values<'_>>) -> String {
    let mut receipt = serde_json::Map::new();
    for (name, field) in [
        ("receivedAt", ContextField::ReceivedAt),
        ("sourceIp", ContextField::SourceIp),
        ("userAgent", ContextField::UserAgent),
    ] {
        if let Some(value) = receipt_of.and_then(|event| event.get(field)) {
            receipt.insert(name.to_owned(), value.into());
        }
    }
    if receipt.is_empty() {
        json!({"_erased": true})
    } else {
        json!({"_erased": true, "_ingest": receipt})
    }
    .to_string()
}

fn pack(text: String, as_before: &[u8]) -> Vec<u8> {
    use std::io::Write;
    if !as_before.starts_with(&[0x1f, 0x8b]) {
        return text.into_bytes();
    }
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    // Writing to memory cannot fail.
    match gzip.write_all(text.as_bytes()).and_then(|()| gzip.finish()) {
        Ok(packed) => packed,
        Err(_) => text.into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use rstest::rstest;

    use super::*;
    use crate::removal::person::Person;

    const THEIRS: &str = r#"{"eventName":"a","userId":"u-1"}"#;
    const MARK: &str = r#"{"_erased":true}"#;

    fn without(text: &str) -> Option<(String, Vec<i32>)> {
        let people = People(vec![
            Person::user("u-1").unwrap(),
            Person::client("c-1").unwrap(),
        ]);
        let rewritten = rewrite(text.as_bytes(), &people).unwrap()?;
        let text = String::from_utf8(rewritten.bytes).unwrap();
        Some((text, rewritten.places))
    }

    #[rstest]
    #[case::one("THEIRS", "MARK", &[0])]
    #[case::array(r#"[{"eventName":"b"}, THEIRS ,7]"#, r#"[{"eventName":"b"}, MARK ,7]"#, &[1])]
    #[case::lines("THEIRS\n{\"eventName\":\"b\"}\nTHEIRS\n", "MARK\n{\"eventName\":\"b\"}\nMARK\n", &[0, 2])]
    #[case::spelt_otherwise(r#"{"user_id":"\u0075-1"}"#, "MARK", &[0])]
    #[case::a_client(r#"[{"client_id":" c-1 "}]"#, "[MARK]", &[0])]
    #[case::the_receipt_of_others(
        r#"[{"userId":"u-1","_ingest":{"receivedAt":"t","sourceIp":"203.0.113.0","userAgent":"Fox"}},{"eventName":"b"}]"#,
        r#"[{"_erased":true,"_ingest":{"receivedAt":"t","sourceIp":"203.0.113.0","userAgent":"Fox"}},{"eventName":"b"}]"#, &[0])]
    #[case::the_receipt_of_nobody(
        r#"[{"userId":"u-1","_ingest":{"receivedAt":"t","sourceIp":"203.0.113.0"}},7]"#, r#"[{"_erased":true},7]"#, &[0])]
    #[case::a_bad_line("{\"eventName\":\"b\"}\n{\"userId\":\"u-1\",\n{\"eventName\":\"c\"}", "{\"eventName\":\"b\"}\nMARK\n{\"eventName\":\"c\"}", &[1])]
    #[case::cut_off(r#"[{"eventName":"b"},{"userId":"u-1","page"#, r#"[{"eventName":"b"},MARK"#, &[1])]
    fn only_theirs_go(#[case] text: &str, #[case] expected: &str, #[case] places: &[i32]) {
        let text = text.replace("THEIRS", THEIRS);
        let expected = expected.replace("MARK", MARK);
        assert_eq!(without(&text), Some((expected.clone(), places.to_vec())));
        assert_eq!(without(&expected), None, "again");
    }

    #[rstest]
    #[case::nobody(r#"[{"eventName":"a","userId":"u-10"}]"#)]
    #[case::not_an_id(r#"{"eventName":"u-1","product":{"id":"u-1"},"clientId":"u-1"}"#)]
    #[case::empty("  ")]
    fn what_is_not_theirs_stays(#[case] text: &str) {
        assert_eq!(without(text), None);
    }

    #[test]
    fn gzip_stays_gzip() {
        let people = People(vec![Person::user("u-1").unwrap()]);
        let packed = pack(format!("[{THEIRS},1]"), &[0x1f, 0x8b]);
        let rewritten = rewrite(&packed, &people).unwrap().unwrap();
        assert_eq!(unpack(&rewritten.bytes).unwrap(), format!("[{MARK},1]"));
        assert!(rewritten.bytes.starts_with(&[0x1f, 0x8b]));
    }
}
