//! What is added to an event, and what is left alone.
//!
//! Received at 2025-12-01T14:23:11.250Z. A minted id is written `ID` here.

use rstest::rstest;

use crate::support::post;

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
#[case::user_zero(
    r#","userId":0"#,
    r#","userId":0,"userLoginState":"anonymous","identitySource":"anonymous""#
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
#[case::same_clock(
    "14:23:10",
    r#""2025-12-01T14:23:11.250Z""#,
    r#""2025-12-01T14:23:10Z""#,
    None
)]
#[case::a_second_on_the_way("14:23:10", r#""2025-12-01T14:23:10.250Z""#, r#""2025-12-01T14:23:11.000Z""#, Some(()))]
#[case::clock_an_hour_slow("13:23:10", r#""2025-12-01T13:23:11.250Z""#, r#""2025-12-01T14:23:10.000Z""#, Some(()))]
#[case::clock_a_day_fast("14:23:10", r#""2025-12-02T14:23:11.250Z""#, r#""2025-12-01T14:23:11.250Z""#, Some(()))]
#[case::as_millis("14:23:10", "1764598990250", r#""2025-12-01T14:23:11.000Z""#, Some(()))]
#[case::fine_fractions("14:23:10.000123", r#""2025-12-01T14:23:10.250Z""#, r#""2025-12-01T14:23:11.000123Z""#, Some(()))]
#[case::not_a_time("14:23:10", r#""now""#, r#""2025-12-01T14:23:10Z""#, None)]
#[case::seconds_ignored("14:23:10", "1764598991", r#""2025-12-01T14:23:10Z""#, None)]
#[case::beyond_the_calendar("14:23:10", "1e300", r#""2025-12-01T14:23:10Z""#, None)]
fn a_wrong_clock_is_made_up_for(
    #[case] clock: &str,
    #[case] sent_at: &str,
    #[case] expected: &str,
    #[case] shifted: Option<()>,
) {
    let sent = format!(r#""2025-12-01T{clock}Z""#);
    let (fields, kept) = time(
        &format!(r#""eventTimestamp":{sent},"#),
        &format!(r#","sentAt":{sent_at}"#),
    );
    assert_eq!(fields, format!(r#""eventTimestamp":{expected},"x":1"#));
    assert_eq!(kept, shifted.map(|()| sent));
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
