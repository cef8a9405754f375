//! Bodies that somebody made to do harm: each is answered, and what is stored of it is little more
//! than what was sent.

use rstest::rstest;
use sbw_ingest::MAX_BODY_BYTES;

use crate::support::post;

/// What is stored beyond what was sent, at most: for each event an id, a time and two states, and
/// once the receipt, which knows nothing here.
const ADDED: usize = 160;
const RECEIPT: usize = 300;

/// As many copies as fit, between two texts.
fn filled(start: &str, copy: &str, end: &str) -> String {
    let room = MAX_BODY_BYTES - start.len() - end.len();
    format!("{start}{}{end}", copy.repeat(room / copy.len()))
}

#[rstest]
#[case::control_characters_in_keys(r#"{"eventName":"a","\u0000\u001b[2J":"\u0000","\u007f\u0085":"\r\n"}"#.to_owned(), 1)]
#[case::keys_that_are_texts_of_known_ones(r#"{"eventName":"a","eventName\u0000":"b","\u0000eventId":"x"}"#.to_owned(), 1)]
#[case::deep_arrays(filled(r#"{"eventName":"a","x":"#, "[", ""), 0)]
#[case::deep_closed(format!(r#"{{"eventName":"a","x":{}{}}}"#, "[".repeat(120_000), "]".repeat(120_000)), 1)]
#[case::deep_objects(format!(r#"{{"eventName":"a","x":{}1{}}}"#, r#"{"a":"#.repeat(40_000), "}".repeat(40_000)), 1)]
#[case::deep_product(format!(r#"{{"eventName":"a","product":{}1{}}}"#, r#"{"id":"#.repeat(30_000), "}".repeat(30_000)), 1)]
#[case::a_huge_number(filled(r#"{"eventName":"a","eventTimestamp":"#, "9", "}"), 1)]
#[case::a_huge_exponent(r#"{"eventName":"a","userId":1e999999999,"eventTimestamp":-1e999999999}"#.to_owned(), 1)]
#[case::a_long_fraction(filled(r#"{"eventName":"a","eventTimestamp":0."#, "1", "}"), 1)]
#[case::many_fields(filled(r#"{"eventName":"a""#, r#","":0"#, "}"), 1)]
#[case::a_known_field_many_times(filled(r#"{"eventName":"a""#, r#","eventId":0"#, "}"), 1)]
#[case::a_name_many_times(filled("{", r#""eventName":0,"#, r#""eventName":"a"}"#), 1)]
#[case::a_time_many_times(filled("{", r#""eventTimestamp":"","#, r#""eventName":"a"}"#), 1)]
#[case::receipts(filled("{", r#""_ingest":[],"#, r#""eventName":"a"}"#), 1)]
#[case::a_long_key(filled(r#"{"eventName":"a",""#, "x", r#"":1}"#), 1)]
#[case::escapes(filled(r#"{"eventName":"a","userId":""#, r"\u0000", r#""}"#), 1)]
#[case::small_events(format!("[{}]", vec![r#"{"eventName":"a"}"#; 500].join(",")), 500)]
#[case::events_many_times(filled("{", r#""events":[],"#, r#""events":[{"eventName":"a"}]}"#), 1)]
#[case::times_of_sending(filled("{", r#""sentAt":1,"#, r#""events":[{"eventName":"a"}]}"#), 1)]
#[case::bare_words(filled(r#"[{"eventName":"a"},"#, "NaNNaN", "]"), 1)]
#[case::an_open_quote(filled(r#"[{"eventName":"a"},""#, "NaN,", ""), 0)]
#[case::backslashes(filled(r#"[{"eventName":"a"},""#, r"\", ""), 0)]
fn a_body_is_stored_at_little_more_than_its_size(#[case] body: String, #[case] accepted: usize) {
    let size = body.len();
    let outcome = post(body);
    assert_eq!(
        outcome.response.facts.accepted, accepted,
        "{}",
        outcome.response.body
    );
    let Some((_, object)) = outcome.object else {
        assert_eq!(outcome.response.status, 400);
        return;
    };
    let most = size + accepted * ADDED + RECEIPT;
    assert!(object.len() <= most, "{} bytes of {size}", object.len());
    // An answer is short whatever was sent.
    assert!(
        outcome.response.body.len() < 200,
        "{}",
        outcome.response.body
    );
}

/// An answer names each bad event; so many of them are not worth a longer answer.
#[test]
fn five_hundred_bad_events_are_answered_in_kilobytes() {
    let body = format!(r#"[{{"eventName":"a"}}{}]"#, ",0".repeat(499));
    let outcome = post(body);
    assert_eq!(outcome.response.facts.rejected, 499);
    assert!(outcome.response.body.len() < 64 * 1024);
}
