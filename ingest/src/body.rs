//! A request's body becomes a list of event texts.

use chrono::{DateTime, Datelike, Utc};
use sbw_contract::Column;
use serde_json::value::RawValue;

use crate::{
    instant,
    object::Object,
    refusal::{MAX_BODY_BYTES, MAX_EVENTS, Refusal},
    words,
};

/// What a body holds, each event still as the text that was sent.
#[derive(Debug)]
pub(crate) enum Batch<'a> {
    /// The body is itself an event.
    One(&'a str),
    /// An array of events, alone or with the time it was sent.
    Many {
        events: Vec<&'a str>,
        sent_at: Option<DateTime<Utc>>,
    },
}

impl<'a> Batch<'a> {
    /// Reads a body: an event, an array, or `{"events":[…],"sentAt":T}`.
    ///
    /// An object with a key that names `eventName` is an event, whatever else
    /// it holds: an `events` or `sentAt` in it is a field of a shop's own. In an
    /// envelope only `events` and `sentAt` count. `events` given twice adds up.
    ///
    /// A body that is not JSON is refused as a whole, because nobody can tell where its events
    /// begin. The exception is a list of events in which a bare word stands for a value ([`words`]).
    pub(crate) fn read(body: &'a [u8]) -> Result<Self, Refusal> {
        if body.len() > MAX_BODY_BYTES {
            return Err(Refusal::BodyTooLarge);
        }
        let text = std::str::from_utf8(body)?;
        let text = text
            .strip_prefix('\u{feff}')
            .unwrap_or(text)
            .trim_matches(JSON_SPACE);
        match Self::of_json(text) {
            Err(Refusal::NotJson(error)) => {
                Self::with_bare_words(text).ok_or(Refusal::NotJson(error))
            }
            read => read,
        }
    }

    fn of_json(text: &'a str) -> Result<Self, Refusal> {
        match text.bytes().next() {
            None => Err(Refusal::EmptyBody),
            Some(b'[') => many(array(text)?, None),
            Some(b'{') => object(text),
            Some(_) => {
                // Say what is wrong: not JSON at all, or JSON of another type.
                serde_json::from_str::<&RawValue>(text)?;
                Err(Refusal::NotEvents)
            }
        }
    }

    /// A list of events that is JSON but for bare words. The events are cut out as they were sent:
    /// those that hold such a word are no events.
    fn with_bare_words(text: &'a str) -> Option<Self> {
        let mended = words::quoted(text)?;
        let Ok(Batch::Many { events, sent_at }) = Batch::of_json(&mended) else {
            return None;
        };
        let as_sent = |event: &str| {
            let start = event.as_ptr() as usize - mended.as_ptr() as usize;
            text.get(start..start + event.len())
        };
        Some(Self::Many {
            events: events.into_iter().map(as_sent).collect::<Option<_>>()?,
            sent_at,
        })
    }
}

const JSON_SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

fn object(text: &str) -> Result<Batch<'_>, Refusal> {
    let envelope = Object::read(text)?;
    let mut events = None::<Vec<&str>>;
    let mut sent_at = None;
    for entry in &envelope.entries {
        let Some(name) = entry.name() else { continue };
        match name.as_ref() {
            "events" if entry.value.starts_with('[') => {
                events.get_or_insert_default().extend(array(entry.value)?);
            }
            // An empty list stands for it: refused below, unless this is an event.
            "events" => events = Some(events.unwrap_or_default()),
            "sentAt" => sent_at = sent_at.or_else(|| sensible(entry.value)),
            name if Column::in_event(name) == Some(Column::EventName) => {
                return Ok(Batch::One(text));
            }
            _ => {}
        }
    }
    match events {
        None => Ok(Batch::One(text)),
        Some(events) => many(events, sent_at),
    }
}

fn array(text: &str) -> Result<Vec<&str>, Refusal> {
    let values: Vec<&RawValue> = serde_json::from_str(text)?;
    Ok(values.into_iter().map(RawValue::get).collect())
}

fn many(events: Vec<&str>, sent_at: Option<DateTime<Utc>>) -> Result<Batch<'_>, Refusal> {
    match events.len() {
        0 => Err(Refusal::NoEvents),
        1..=MAX_EVENTS => Ok(Batch::Many { events, sent_at }),
        _ => Err(Refusal::TooManyEvents),
    }
}

/// The client's time of sending, which tells how wrong its clock is: that may
/// be years. A time before 2000 is seconds where milliseconds are meant, or a
/// clock that was never set, and tells nothing.
fn sensible(json: &str) -> Option<DateTime<Utc>> {
    instant::from_json(json).filter(|at| at.year() >= 2000)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use rstest::rstest;

    use super::*;

    fn shape(body: &str) -> String {
        match Batch::read(body.as_bytes()) {
            Ok(Batch::One(text)) => format!("one {text}"),
            Ok(Batch::Many { events, sent_at }) => {
                let sent_at = sent_at.map_or_else(|| "-".to_owned(), instant::to_text);
                format!("{sent_at} {}", events.join(" | "))
            }
            Err(refusal) => format!("{} {refusal}", refusal.status()),
        }
    }

    #[rstest]
    #[case::event(r#"{"eventName":"a"}"#, r#"one {"eventName":"a"}"#)]
    #[case::snake_case(r#"{"event_name":"a"}"#, r#"one {"event_name":"a"}"#)]
    #[case::array(r#"[{"eventName":"a"}, 1]"#, r#"- {"eventName":"a"} | 1"#)]
    #[case::array_of_one("[{}]", "- {}")]
    #[case::envelope(r#"{"events":[{},[]]}"#, "- {} | []")]
    #[case::sent_at(
        r#"{"sentAt":"2025-12-01T14:23:11Z","events":[{}]}"#,
        "2025-12-01T14:23:11.000Z {}"
    )]
    #[case::sent_at_millis(
        r#"{"events":[{}],"sentAt":1764598991000}"#,
        "2025-12-01T14:23:11.000Z {}"
    )]
    #[case::sent_at_seconds(r#"{"events":[{}],"sentAt":1764598991}"#, "- {}")]
    #[case::sent_at_null(r#"{"events":[{}],"sentAt":null}"#, "- {}")]
    #[case::sent_at_garbage(r#"{"events":[{}],"sentAt":{"a":1}}"#, "- {}")]
    #[case::sent_at_second_is_good(
        r#"{"events":[{}],"sentAt":"x","sentAt":"2025-12-01T14:23:11Z"}"#,
        "2025-12-01T14:23:11.000Z {}"
    )]
    #[case::event_with_events(
        r#"{"events":[{}],"eventName":"a"}"#,
        r#"one {"events":[{}],"eventName":"a"}"#
    )]
    #[case::event_with_bad_events(
        r#"{"events":7,"eventName":"a"}"#,
        r#"one {"events":7,"eventName":"a"}"#
    )]
    #[case::events_twice(r#"{"events":[1],"events":[2]}"#, "- 1 | 2")]
    #[case::escaped_key(r#"{"\u0065vents":[1]}"#, "- 1")]
    #[case::byte_order_mark("\u{feff}[1]", "- 1")]
    #[case::spaces("\r\n [1]\t", "- 1")]
    #[case::neither(r#"{"a":1}"#, r#"one {"a":1}"#)]
    #[case::empty_array("[]", "400 The body holds no events")]
    #[case::empty_envelope(r#"{"events":[]}"#, "400 The body holds no events")]
    #[case::events_no_array(r#"{"events":{"0":{}}}"#, "400 The body holds no events")]
    #[case::empty("", "400 The body is empty")]
    #[case::blank(" \n", "400 The body is empty")]
    #[case::text(
        r#""hi""#,
        "400 The body must be an event, an array of events, or an object with an array of events"
    )]
    #[case::number(
        "1",
        "400 The body must be an event, an array of events, or an object with an array of events"
    )]
    #[case::bare_word(
        r#"[{"eventName":"a"},{"eventName":"ấ","x":NaN},2]"#,
        r#"- {"eventName":"a"} | {"eventName":"ấ","x":NaN} | 2"#
    )]
    #[case::bare_word_for_an_event("[{},undefined, NaN]", "- {} | undefined | NaN")]
    #[case::bare_words_in_an_envelope(
        r#"{"sentAt":NaN,"x":Infinity,"events":[{},{"a":[-Infinity]}]}"#,
        r#"- {} | {"a":[-Infinity]}"#
    )]
    #[case::bare_word_in_one_event(
        r#"{"eventName":"a","x":NaN}"#,
        "400 The body is not valid JSON: expected value at line 1 column 22"
    )]
    #[case::bare_word_and_more(
        r#"[{"eventName":"a","x":NaN},{"eventName":"b",}]"#,
        "400 The body is not valid JSON: expected value at line 1 column 23"
    )]
    #[case::words(
        "hello",
        "400 The body is not valid JSON: expected value at line 1 column 1"
    )]
    #[case::cut_off(
        r#"[{"eventName":"a"}"#,
        "400 The body is not valid JSON: EOF while parsing a list at line 1 column 18"
    )]
    #[case::trailing(
        "{} {}",
        "400 The body is not valid JSON: trailing characters at line 1 column 4"
    )]
    #[case::line_separated(
        "{\"eventName\":\"a\"}\n{\"eventName\":\"b\"}",
        "400 The body is not valid JSON: trailing characters at line 2 column 1"
    )]
    fn bodies_are_read(#[case] body: &str, #[case] expected: &str) {
        assert_eq!(shape(body), expected);
    }

    #[test]
    fn a_body_that_is_not_utf8_is_refused() {
        let refusal = Batch::read(b"{\"eventName\":\"\xff\"}").unwrap_err();
        assert!(matches!(refusal, Refusal::NotUtf8(_)), "{refusal:?}");
    }

    #[rstest]
    #[case::at_the_limit(MAX_EVENTS, None)]
    #[case::beyond(MAX_EVENTS + 1, Some(413))]
    fn events_are_counted(#[case] count: usize, #[case] status: Option<u16>) {
        let array = format!("[{}]", vec!["1"; count].join(","));
        for body in [format!(r#"{{"events":{array}}}"#), array] {
            assert_eq!(
                Batch::read(body.as_bytes()).err().map(|r| r.status()),
                status
            );
        }
    }

    #[rstest]
    #[case::at_the_limit(MAX_BODY_BYTES, None)]
    #[case::beyond(MAX_BODY_BYTES + 1, Some(413))]
    fn bytes_are_counted(#[case] size: usize, #[case] status: Option<u16>) {
        let body = format!("[{}]", "1".repeat(size - 2));
        assert_eq!(
            Batch::read(body.as_bytes()).err().map(|r| r.status()),
            status
        );
    }

    #[test]
    fn the_deepest_body_costs_no_stack() {
        let half = MAX_BODY_BYTES / 2;
        let body = format!("{}{}", "[".repeat(half), "]".repeat(half));
        assert!(matches!(
            Batch::read(body.as_bytes()),
            Ok(Batch::Many { .. })
        ));
    }
}
