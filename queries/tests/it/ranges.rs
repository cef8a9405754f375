//! Times, lengths and zones as people write them.

use chrono::TimeDelta;
use rstest::rstest;
use sbw_queries::range::{parse_duration, parse_instant};
use sbw_queries::{TimeRange, Zone};

use crate::common::at;

#[rstest]
#[case::rfc3339("2025-12-01T14:30:00Z", Some("2025-12-01T14:30:00Z"))]
#[case::offset("2025-12-01T14:30:00+07:00", Some("2025-12-01T07:30:00Z"))]
#[case::fraction("2025-12-01T14:30:00.25Z", Some("2025-12-01T14:30:00.250Z"))]
#[case::day("2025-12-01", Some("2025-12-01T00:00:00Z"))]
#[case::minute("2025-12-01T14:30", Some("2025-12-01T14:30:00Z"))]
#[case::second("2025-12-01T14:30:15", Some("2025-12-01T14:30:15Z"))]
#[case::space("2025-12-01 14:30", Some("2025-12-01T14:30:00Z"))]
#[case::leap_day("2024-02-29", Some("2024-02-29T00:00:00Z"))]
#[case::no_leap_day("2025-02-29", None)]
#[case::no_month("2025-13-01", None)]
#[case::no_hour("2025-12-01T24:00", None)]
#[case::hour_alone("2025-12-01T14", None)]
#[case::before_all("1899-12-31", None)]
#[case::after_all("3000-01-01", None)]
#[case::beyond_chrono("999999-01-01", None)]
#[case::nothing("", None)]
#[case::words("yesterday", None)]
fn instants(#[case] text: &str, #[case] expected: Option<&str>) {
    let found = parse_instant(text).ok();
    let expected = expected.map(|t| t.parse::<chrono::DateTime<chrono::Utc>>().unwrap());
    assert_eq!(found, expected);
}

#[rstest]
#[case("90m", Some(TimeDelta::minutes(90)))]
#[case("24h", Some(TimeDelta::hours(24)))]
#[case("7d", Some(TimeDelta::days(7)))]
#[case("4w", Some(TimeDelta::weeks(4)))]
#[case("36525d", Some(TimeDelta::days(36_525)))]
#[case("36526d", None)]
#[case("0d", None)]
#[case("-7d", None)]
#[case("+7d", None)]
#[case("1.5h", None)]
#[case("7", None)]
#[case("d", None)]
#[case("7 d", None)]
#[case("7đ", None)]
#[case("99999999999999999999w", None)]
#[case("9223372036854775807w", None)]
#[case("", None)]
fn lengths(#[case] text: &str, #[case] expected: Option<TimeDelta>) {
    assert_eq!(parse_duration(text).ok(), expected);
}

#[test]
fn a_range_knows_its_neighbour() {
    let range = TimeRange::new(at("2025-12-01T06:00"), at("2025-12-03")).unwrap();
    assert_eq!(
        range.previous(),
        TimeRange::new(at("2025-11-29T12:00"), at("2025-12-01T06:00")).unwrap()
    );
    let day = TimeRange::last(TimeDelta::days(1), at("2025-12-02"));
    assert_eq!(
        day,
        TimeRange::new(at("2025-12-01"), at("2025-12-02")).unwrap()
    );
    let empty = TimeRange::last(TimeDelta::days(-1), at("2025-12-02"));
    assert_eq!(empty.length(), TimeDelta::zero());
    assert_eq!(
        TimeRange::new(at("2025-12-02"), at("2025-12-01"))
            .unwrap_err()
            .to_string(),
        "the range ends (2025-12-01 00:00:00 UTC) before it starts (2025-12-02 00:00:00 UTC); swap the two"
    );
}

/// A POSIX zone looks like a name and means the opposite.
#[rstest]
#[case("UTC", true)]
#[case("Asia/Ho_Chi_Minh", true)]
#[case("America/Argentina/Buenos_Aires", true)]
#[case("Etc/GMT-7", true)]
#[case("UTC+7", false)]
#[case("+07:00", false)]
#[case("<+07>-7", false)]
#[case("Asia/", false)]
#[case("Asia/Ho Chi Minh", false)]
#[case("'; drop", false)]
#[case("", false)]
fn zones(#[case] text: &str, #[case] accepted: bool) {
    assert_eq!(text.parse::<Zone>().is_ok(), accepted);
}
