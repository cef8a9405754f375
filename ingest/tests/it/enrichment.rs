//! What is added to an event, and what is left alone.
//!
//! Received at 2025-12-01T14:23:11.250Z. A minted id is written `ID` here.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use rstest::rstest;
use sbw_ingest::instant;

use crate::support::{NOW, post};

/// The stored event without its `_ingest` block, and the sent time in that block.
fn stored(body: &str) -> (String, Option<String>) {
    let outcome = post(body.to_owned());
    let text = outcome.stored();
    let (event, receipt) = text.rsplit_once(r#","_ingest":"#).expect("a receipt");
    let sent = receipt
        .split_once(r#","clientTimestamp":"#)
        .map(|(_, sent)| {
            sent.strip_suffix("}}")
                .expect("it is the last field")
                .to_owned()
        });
    let event = event.replace("019ada4b-c992-7000-8000-000000000002", "ID");
    (format!("{event}}}"), sent)
}

#[rstest]
#[case::nothing_given(
    r#"{"eventName":"a"}"#,
    r#"{"eventName":"a","eventId":"ID","userLoginState":"anonymous","identitySource":"anonymous","eventTimestamp":"2025-12-01T14:23:11.250Z"}"#
)]
#[case::all_given(
    r#"{"eventId":"e","eventName":"a","userId":"u","userLoginState":"x","identitySource":"y","eventTimestamp":"2025-12-01T14:00:00Z"}"#,
    r#"{"eventId":"e","eventName":"a","userId":"u","userLoginState":"x","identitySource":"y","eventTimestamp":"2025-12-01T14:00:00Z"}"#
)]
#[case::all_given_in_snake_case(
    r#"{"event_id":"e","event_name":"a","user_id":"u","user_login_state":"x","identity_source":"y","event_timestamp":1764598991250}"#,
    r#"{"event_id":"e","event_name":"a","user_id":"u","user_login_state":"x","identity_source":"y","event_timestamp":1764598991250}"#
)]
#[case::spelling_and_order_are_kept(
    r#"{ "z" : 1e400 , "eventName":"a","a":[ 1,  12345678901234567890 ],"eventId":"e\u0031","identitySource":"y","userLoginState":"x","eventTimestamp":1764598991250.0,"z":"\ud800" }"#,
    r#"{"z":1e400,"eventName":"a","a":[ 1,  12345678901234567890 ],"eventId":"e\u0031","identitySource":"y","userLoginState":"x","eventTimestamp":1764598991250.0,"z":"\ud800"}"#
)]
#[case::a_forged_receipt_is_dropped(
    r#"{"_ingest":{"receivedAt":"1999-01-01T00:00:00Z"},"eventName":"a","eventId":"e","_ing\u0065st":1,"userLoginState":"x","identitySource":"y","eventTimestamp":"2025-12-01T14:00:00Z"}"#,
    r#"{"eventName":"a","eventId":"e","userLoginState":"x","identitySource":"y","eventTimestamp":"2025-12-01T14:00:00Z"}"#
)]
fn an_event_is_stored_with_what_it_lacks(#[case] sent: &str, #[case] expected: &str) {
    assert_eq!(stored(sent).0, expected);
}

/// The identity fields of an event that has all else.
fn identity(fields: &str) -> String {
    let event = format!(r#"{{"eventName":"a","eventTimestamp":1764598991250{fields}}}"#);
    let (stored, _) = stored(&event);
    let rest = stored
        .strip_prefix(r#"{"eventName":"a","eventTimestamp":1764598991250"#)
        .unwrap();
    rest.strip_suffix('}').unwrap().to_owned()
}

#[rstest]
#[case::missing("", true)]
#[case::null(r#","eventId":null"#, true)]
#[case::empty(r#","eventId":"""#, true)]
#[case::blank(r#","event_id":" \t\u0000""#, true)]
#[case::both_empty(r#","eventId":null,"event_id":"""#, true)]
#[case::uuid(r#","eventId":"550e8400-e29b-41d4-a716-446655440000""#, false)]
#[case::other_text(r#","eventId":"e-1""#, false)]
#[case::number(r#","eventId":7"#, false)]
#[case::wrong_type(r#","eventId":{}"#, false)]
#[case::lone_surrogate(r#","eventId":"\ud800""#, false)]
#[case::one_of_two(r#","eventId":"","event_id":"e""#, false)]
fn an_id_is_minted_when_missing(#[case] id: &str, #[case] minted: bool) {
    let fields = identity(&format!(
        r#"{id},"userLoginState":"x","identitySource":"y""#
    ));
    let states = r#","userLoginState":"x","identitySource":"y""#;
    if minted {
        assert_eq!(fields, format!(r#"{states},"eventId":"ID""#));
    } else {
        assert_eq!(fields, format!("{id}{states}"));
    }
}

#[rstest]
#[case::nobody("", r#","userLoginState":"anonymous","identitySource":"anonymous""#)]
#[case::user(r#","userId":"u""#, r#","userId":"u","userLoginState":"logged_in""#)]
#[case::user_snake_case(r#","user_id":"u""#, r#","user_id":"u","userLoginState":"logged_in""#)]
#[case::user_number(r#","userId":7"#, r#","userId":7,"userLoginState":"logged_in""#)]
#[case::user_null(
    r#","userId":null"#,
    r#","userId":null,"userLoginState":"anonymous","identitySource":"anonymous""#
)]
#[case::user_empty(
    r#","userId":"""#,
    r#","userId":"","userLoginState":"anonymous","identitySource":"anonymous""#
)]
#[case::user_wrong_type(
    r#","userId":{}"#,
    r#","userId":{},"userLoginState":"anonymous","identitySource":"anonymous""#
)]
#[case::user_no_id(
    r#","userId":"undefined""#,
    r#","userId":"undefined","userLoginState":"anonymous","identitySource":"anonymous""#
)]
#[case::no_id_but_another(
    r#","userId":"null","user_id":"u""#,
    r#","userId":"null","user_id":"u","userLoginState":"logged_in""#
)]
#[case::no_id_but_a_state(
    r#","userId":"undefined","userLoginState":"logged_in""#,
    r#","userId":"undefined","userLoginState":"logged_in""#
)]
#[case::no_id_but_a_source(
    r#","userId":"undefined","identitySource":"cookie""#,
    r#","userId":"undefined","identitySource":"cookie","userLoginState":"anonymous""#
)]
#[case::second_user(
    r#","userId":null,"user_id":"u""#,
    r#","userId":null,"user_id":"u","userLoginState":"logged_in""#
)]
#[case::state_null(
    r#","userId":"u","userLoginState":null"#,
    r#","userId":"u","userLoginState":"logged_in""#
)]
#[case::state_sent(
    r#","userId":"u","userLoginState":"guest""#,
    r#","userId":"u","userLoginState":"guest","identitySource":"anonymous""#
)]
#[case::state_without_user(r#","userLoginState":"logged_in""#, r#","userLoginState":"logged_in""#)]
#[case::state_snake_case(
    r#","user_login_state":"logged_in""#,
    r#","user_login_state":"logged_in""#
)]
#[case::state_escaped(
    r#","userLoginState":"logged\u005fin""#,
    r#","userLoginState":"logged\u005fin""#
)]
#[case::state_wrong_type(
    r#","userLoginState":[]"#,
    r#","userLoginState":[],"identitySource":"anonymous""#
)]
#[case::source_sent(
    r#","identitySource":"cookie""#,
    r#","identitySource":"cookie","userLoginState":"anonymous""#
)]
#[case::source_empty(
    r#","identitySource":"""#,
    r#","userLoginState":"anonymous","identitySource":"anonymous""#
)]
#[case::source_empty_logged_in(
    r#","identitySource":"","userId":"u""#,
    r#","identitySource":"","userId":"u","userLoginState":"logged_in""#
)]
fn who_it_was_is_told_when_missing(#[case] sent: &str, #[case] expected: &str) {
    let id = r#","eventId":"e""#;
    assert_eq!(identity(&format!("{id}{sent}")), format!("{id}{expected}"));
}

#[rstest]
#[case(r#""undefined""#)]
#[case(r#""UNDEFINED""#)]
#[case(r#"" Undefined ""#)]
#[case(r#""\u0000undefined\n""#)]
#[case(r#""unde\u0000fined""#)]
#[case(r#""null""#)]
#[case(r#""Null""#)]
#[case(r#""\u006eull""#)]
#[case(r#""NaN""#)]
#[case(r#""nan""#)]
#[case(r#""[object Object]""#)]
#[case(r#""[OBJECT object]""#)]
#[case(r#""0""#)]
#[case("0")]
#[case("-0")]
#[case(r#""0000""#)]
#[case(r#""\u00a00 ""#)]
#[case(r#""00000000-0000-0000-0000-000000000000""#)]
#[case(r#""-""#)]
fn an_id_that_is_none_logs_nobody_in(#[case] id: &str) {
    for field in ["userId", "user_id"] {
        let sent = format!(r#","eventId":"e","{field}":{id}"#);
        let states = r#","userLoginState":"anonymous","identitySource":"anonymous""#;
        assert_eq!(identity(&sent), format!("{sent}{states}"));
    }
}

/// The stored time of an event, and the sent one if it was kept beside it.
fn time(sent: &str, sent_at: &str) -> (String, Option<String>) {
    let event = format!(
        r#"{{"eventName":"a","eventId":"e","userLoginState":"x","identitySource":"y",{sent}"x":1}}"#
    );
    let (stored, kept) = stored(&format!(r#"{{"events":[{event}]{sent_at}}}"#));
    let fields = stored.strip_prefix(
        r#"{"eventName":"a","eventId":"e","userLoginState":"x","identitySource":"y","#,
    );
    let fields = fields.unwrap().strip_suffix('}').unwrap();
    (fields.to_owned(), kept)
}

#[rstest]
#[case::missing("", r#""x":1,"eventTimestamp":"2025-12-01T14:23:11.250Z""#, None)]
#[case::null(
    r#""eventTimestamp":null,"#,
    r#""x":1,"eventTimestamp":"2025-12-01T14:23:11.250Z""#,
    None
)]
#[case::empty(
    r#""event_timestamp":"","#,
    r#""x":1,"eventTimestamp":"2025-12-01T14:23:11.250Z""#,
    None
)]
#[case::just_now(
    r#""eventTimestamp":"2025-12-01T14:23:11.250Z","#,
    r#""eventTimestamp":"2025-12-01T14:23:11.250Z","x":1"#,
    None
)]
#[case::other_zone(
    r#""eventTimestamp":"2025-12-01T21:23:11+07:00","#,
    r#""eventTimestamp":"2025-12-01T21:23:11+07:00","x":1"#,
    None
)]
#[case::millis_text(
    r#""eventTimestamp":"1764598991250","#,
    r#""eventTimestamp":"1764598991250","x":1"#,
    None
)]
#[case::oldest(
    r#""eventTimestamp":"2025-11-30T14:23:11.250Z","#,
    r#""eventTimestamp":"2025-11-30T14:23:11.250Z","x":1"#,
    None
)]
#[case::newest(
    r#""eventTimestamp":"2025-12-01T14:28:11.250Z","#,
    r#""eventTimestamp":"2025-12-01T14:28:11.250Z","x":1"#,
    None
)]
#[case::too_old(
    r#""eventTimestamp":"2025-11-30T14:23:11.249Z","#,
    r#""eventTimestamp":"2025-12-01T14:23:11.250Z","x":1"#,
    Some(r#""2025-11-30T14:23:11.249Z""#)
)]
#[case::too_new(
    r#""event_timestamp":"2025-12-01T14:28:11.251Z","#,
    r#""event_timestamp":"2025-12-01T14:23:11.250Z","x":1"#,
    Some(r#""2025-12-01T14:28:11.251Z""#)
)]
#[case::seconds_since_1970(
    r#""eventTimestamp":1764598991,"#,
    r#""eventTimestamp":"2025-12-01T14:23:11.250Z","x":1"#,
    Some("1764598991")
)]
#[case::far_future(
    r#""eventTimestamp":8210266876799999,"#,
    r#""eventTimestamp":"2025-12-01T14:23:11.250Z","x":1"#,
    Some("8210266876799999")
)]
#[case::too_big(
    r#""eventTimestamp":1e400,"#,
    r#""eventTimestamp":"2025-12-01T14:23:11.250Z","x":1"#,
    Some("1e400")
)]
#[case::zero_date(
    r#""eventTimestamp":"0000-00-00","#,
    r#""eventTimestamp":"2025-12-01T14:23:11.250Z","x":1"#,
    Some(r#""0000-00-00""#)
)]
#[case::wrong_type(
    r#""eventTimestamp":{"a":[1]},"#,
    r#""eventTimestamp":"2025-12-01T14:23:11.250Z","x":1"#,
    Some(r#"{"a":[1]}"#)
)]
#[case::second_is_good(
    r#""eventTimestamp":"soon","event_timestamp":1764598991000,"#,
    r#""eventTimestamp":"soon","event_timestamp":1764598991000,"x":1"#,
    None
)]
#[case::both_wrong(
    r#""eventTimestamp":"soon","event_timestamp":1,"#,
    r#""event_timestamp":"2025-12-01T14:23:11.250Z","x":1"#,
    Some("1")
)]
fn a_time_is_kept_unless_it_is_clearly_wrong(
    #[case] sent: &str,
    #[case] expected: &str,
    #[case] kept: Option<&str>,
) {
    assert_eq!(
        time(sent, ""),
        (expected.to_owned(), kept.map(str::to_owned))
    );
}

#[rstest]
#[case::same_clock("14:23:10", "2025-12-01T14:23:11.250Z", None)]
#[case::a_second_on_the_way("14:23:10", "2025-12-01T14:23:10.250Z", None)]
#[case::held_up("14:22:11", "2025-12-01T14:22:11.251Z", None)]
#[case::a_minute_slow(
    "14:22:10",
    "2025-12-01T14:22:11.250Z",
    Some("2025-12-01T14:23:10.000Z")
)]
#[case::a_bit_fast("14:24:10", "2025-12-01T14:24:11.249Z", None)]
#[case::a_minute_fast(
    "14:24:10",
    "2025-12-01T14:24:11.250Z",
    Some("2025-12-01T14:23:10.000Z")
)]
#[case::an_hour_slow(
    "13:23:10",
    "2025-12-01T13:23:11.250Z",
    Some("2025-12-01T14:23:10.000Z")
)]
#[case::a_day_fast(
    "14:23:10",
    "2025-12-02T14:23:11.250Z",
    Some("2025-12-01T14:23:11.250Z")
)]
#[case::as_millis("14:21:10", "1764598870250", Some("2025-12-01T14:23:11.000Z"))]
#[case::fine_fractions(
    "14:21:10.000123",
    "2025-12-01T14:21:10.250Z",
    Some("2025-12-01T14:23:11.000123Z")
)]
#[case::not_a_time("14:23:10", "now", None)]
#[case::seconds_ignored("14:23:10", "1764598991", None)]
#[case::beyond_the_calendar("14:23:10", "1e300", None)]
fn a_clock_is_made_up_for_when_it_is_a_minute_off(
    #[case] clock: &str,
    #[case] sent_at: &str,
    #[case] shifted: Option<&str>,
) {
    let sent = format!(r#""2025-12-01T{clock}Z""#);
    let (fields, kept) = time(
        &format!(r#""eventTimestamp":{sent},"#),
        &format!(r#","sentAt":"{sent_at}""#),
    );
    let stored = shifted.map_or_else(|| sent.clone(), |shifted| format!("\"{shifted}\""));
    assert_eq!(fields, format!(r#""eventTimestamp":{stored},"x":1"#));
    assert_eq!(kept, shifted.map(|_| sent));
}

/// The stored times of the events of a request that was sent so many milliseconds ago by the
/// client's clock, with the times of its events, in milliseconds before now.
fn stored_times(sent_ago: i64, ago: &[i64]) -> Vec<DateTime<Utc>> {
    let now: DateTime<Utc> = NOW.parse().unwrap();
    let at = |ago: i64| (now - TimeDelta::milliseconds(ago)).timestamp_millis();
    let event = |&ago: &i64| format!(r#"{{"eventName":"a","eventTimestamp":{}}}"#, at(ago));
    let events: Vec<_> = ago.iter().map(event).collect();
    let body = format!(
        r#"{{"events":[{}],"sentAt":{}}}"#,
        events.join(","),
        at(sent_ago)
    );
    let outcome = post(body);
    let stored: serde_json::Value = serde_json::from_str(outcome.stored()).unwrap();
    let events = stored.as_array().cloned().unwrap_or(vec![stored]);
    let time = |event: &serde_json::Value| instant::from_json(&event["eventTimestamp"].to_string());
    events.iter().map(|event| time(event).unwrap()).collect()
}

proptest! {
    /// Whatever the clock says, and however long the request was on its way.
    #[test]
    fn a_shift_keeps_the_order_within_a_request(
        sent_ago in -20_000_000_i64..20_000_000,
        before_sending in proptest::collection::vec(0_i64..80_000_000, 1..20),
    ) {
        let ago: Vec<i64> = before_sending.iter().map(|before| sent_ago + before).collect();
        let stored = stored_times(sent_ago, &ago);
        for (a, stored_a) in ago.iter().zip(&stored) {
            for (b, stored_b) in ago.iter().zip(&stored) {
                prop_assert!(a <= b || stored_a < stored_b, "{} {}", stored_a, stored_b);
            }
        }
    }
}

#[rstest]
// A page whose clock is right: a request that stalled for 10 s, and the next one.
#[case::held_up(10_000, 0, 6_000)]
#[case::held_up_for_long(59_999, 0, 1)]
// On both sides of a minute, the later request by the greater shift.
#[case::beyond_a_minute(59_000, 61_000, 1)]
fn a_request_does_not_overtake_the_next_one(
    #[case] first_shift: i64,
    #[case] next_shift: i64,
    #[case] later: i64,
) {
    let first = stored_times(first_shift, &[100_000]);
    let next = stored_times(next_shift, &[100_000 - later]);
    assert!(first < next, "{first:?} {next:?}");
}

#[test]
fn a_clock_years_slow_is_made_up_for() {
    let (fields, kept) = time(
        r#""eventTimestamp":"2015-01-01T00:00:00Z","#,
        r#","sentAt":"2015-01-01T00:00:10Z""#,
    );
    assert_eq!(
        fields,
        r#""eventTimestamp":"2025-12-01T14:23:01.250Z","x":1"#
    );
    assert_eq!(kept.as_deref(), Some(r#""2015-01-01T00:00:00Z""#));
}
