//! The two spellings of a time in an event: RFC 3339 text, and milliseconds
//! since 1970 as a number or as the text of one.

use chrono::{DateTime, SecondsFormat, Utc};

/// The instant that a JSON value stands for, given as its text; `None` when it
/// is neither spelling, or lies outside the years that can be told.
#[must_use]
pub fn from_json(json: &str) -> Option<DateTime<Utc>> {
    if json.starts_with('"') {
        from_text(
            serde_json::from_str::<std::borrow::Cow<'_, str>>(json)
                .ok()?
                .as_ref(),
        )
    } else {
        from_millis_text(json)
    }
}

/// The instant that a text stands for, spaces around it forgiven.
#[must_use]
pub fn from_text(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    DateTime::parse_from_rfc3339(text)
        .map(|at| at.to_utc())
        .ok()
        .or_else(|| from_millis_text(text))
}

/// RFC 3339 in UTC with milliseconds, or finer where the instant is.
#[must_use]
pub fn to_text(at: DateTime<Utc>) -> String {
    let whole_millis = at.timestamp_subsec_nanos().is_multiple_of(1_000_000);
    let precision = if whole_millis {
        SecondsFormat::Millis
    } else {
        SecondsFormat::AutoSi
    };
    at.to_rfc3339_opts(precision, true)
}

fn from_millis_text(text: &str) -> Option<DateTime<Utc>> {
    // `parse::<f64>` also reads "inf", "nan" and "+1", which are no JSON numbers.
    if !text.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
        return None;
    }
    let millis = match text.parse::<i64>() {
        Ok(millis) => millis,
        Err(_) => whole_millis(text.parse().ok()?)?,
    };
    DateTime::from_timestamp_millis(millis)
}

/// `performance.timeOrigin + performance.now()` gives fractions of a
/// millisecond; they are dropped.
fn whole_millis(millis: f64) -> Option<i64> {
    // Far beyond the years that chrono tells, and exact in both types.
    const LIMIT: f64 = 9_007_199_254_740_992.0;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "floored, and checked to fit"
    )]
    (millis.abs() < LIMIT).then(|| millis.floor() as i64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::utc(r#""2025-12-01T14:23:11.250Z""#, Some("2025-12-01T14:23:11.250Z"))]
    #[case::offset(r#""2025-12-01T21:23:11.250+07:00""#, Some("2025-12-01T14:23:11.250Z"))]
    #[case::seconds(r#""2025-12-01T14:23:11Z""#, Some("2025-12-01T14:23:11.000Z"))]
    #[case::micros(
        r#""2025-12-01T14:23:11.250123Z""#,
        Some("2025-12-01T14:23:11.250123Z")
    )]
    #[case::spaces(r#"" 2025-12-01T14:23:11.250Z ""#, Some("2025-12-01T14:23:11.250Z"))]
    #[case::escaped(r#""2025-12-01\u005414:23:11.250Z""#, Some("2025-12-01T14:23:11.250Z"))]
    #[case::millis("1764598991250", Some("2025-12-01T14:23:11.250Z"))]
    #[case::millis_text(r#""1764598991250""#, Some("2025-12-01T14:23:11.250Z"))]
    #[case::millis_fraction("1764598991250.75", Some("2025-12-01T14:23:11.250Z"))]
    #[case::millis_exponent("1.76459899125e12", Some("2025-12-01T14:23:11.250Z"))]
    #[case::before_1970("-1", Some("1969-12-31T23:59:59.999Z"))]
    #[case::no_zone(r#""2025-12-01T14:23:11""#, None)]
    #[case::date_only(r#""2025-12-01""#, None)]
    #[case::zero_date(r#""0000-00-00T00:00:00Z""#, None)]
    #[case::year_99999(r#""99999-01-01T00:00:00Z""#, None)]
    #[case::words(r#""yesterday""#, None)]
    #[case::empty(r#""""#, None)]
    #[case::infinite(r#""inf""#, None)]
    #[case::nan(r#""NaN""#, None)]
    #[case::too_big("1e400", None)]
    #[case::twenty_digits("12345678901234567890", None)]
    #[case::beyond_the_calendar("9007199254740991", None)]
    #[case::lone_surrogate(r#""\ud800""#, None)]
    #[case::null("null", None)]
    #[case::boolean("true", None)]
    #[case::object("{}", None)]
    fn a_time_is_read(#[case] json: &str, #[case] instant: Option<&str>) {
        assert_eq!(from_json(json).map(to_text).as_deref(), instant);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(millis in -62_000_000_000_000_i64..250_000_000_000_000) {
            let at = DateTime::from_timestamp_millis(millis);
            prop_assert_eq!(at.and_then(|at| from_text(&to_text(at))), at);
        }

        #[test]
        fn no_text_panics(text in ".*") {
            let _ = from_json(&text);
            let _ = from_text(&text);
        }
    }
}
