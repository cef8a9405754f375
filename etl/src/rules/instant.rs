//! When an event happened.

use chrono::{DateTime, TimeDelta, Utc};

use super::text::clean;

/// 2000-01-01T00:00:00Z: clocks before it are wrong.
const EARLIEST: DateTime<Utc> = DateTime::from_timestamp_secs(946_684_800).unwrap();
/// How far past the storing of its file an event may claim to be.
const AHEAD: TimeDelta = TimeDelta::days(1);

/// The instant that a text stands for: RFC 3339, or epoch milliseconds.
#[must_use]
pub fn instant(text: &str) -> Option<DateTime<Utc>> {
    clean(text, usize::MAX).and_then(|text| sbw_ingest::instant::from_text(&text))
}

/// The time sent, else the time of receipt, else the time the file was stored:
/// the first that is an instant of this century and no more than a day after
/// the file was stored.
#[must_use]
pub fn event_time(
    sent: Option<&str>,
    received: Option<&str>,
    stored: DateTime<Utc>,
) -> DateTime<Utc> {
    [sent, received]
        .into_iter()
        .flatten()
        .filter_map(instant)
        .find(|at| (EARLIEST..=stored + AHEAD).contains(at))
        .unwrap_or(stored)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use rstest::rstest;

    use super::*;

    const STORED: &str = "2025-12-01T15:00:00Z";
    const RECEIVED: &str = "2025-12-01T14:59:59.500Z";

    #[rstest]
    #[case::as_sent(Some("2025-12-01T14:23:11.250Z"), "2025-12-01T14:23:11.250Z")]
    #[case::offset(Some("2025-12-01T21:23:11+07:00"), "2025-12-01T14:23:11Z")]
    #[case::epoch_millis(Some("1764598991250"), "2025-12-01T14:23:11.250Z")]
    #[case::control_characters(Some("2025-12-01T14:23:11Z\u{0}"), "2025-12-01T14:23:11Z")]
    #[case::exactly_2000(Some("2000-01-01T00:00:00Z"), "2000-01-01T00:00:00Z")]
    #[case::before_2000(Some("1999-12-31T23:59:59.999Z"), RECEIVED)]
    #[case::a_day_ahead(Some("2025-12-02T15:00:00Z"), "2025-12-02T15:00:00Z")]
    #[case::more_than_a_day_ahead(Some("2025-12-02T15:00:00.001Z"), RECEIVED)]
    #[case::zero_date(Some("0000-00-00T00:00:00Z"), RECEIVED)]
    #[case::year_99999(Some("99999-01-01T00:00:00Z"), RECEIVED)]
    #[case::no_zone(Some("2025-12-01T14:23:11"), RECEIVED)]
    #[case::words(Some("yesterday"), RECEIVED)]
    #[case::missing(None, RECEIVED)]
    fn the_time_sent_gives_way_to_the_receipt(#[case] sent: Option<&str>, #[case] expected: &str) {
        let stored = instant(STORED).unwrap();
        assert_eq!(
            event_time(sent, Some(RECEIVED), stored),
            instant(expected).unwrap()
        );
    }

    #[rstest]
    #[case(None)]
    #[case(Some("soon"))]
    #[case(Some("1999-01-01T00:00:00Z"))]
    #[case(Some("2025-12-03T00:00:00Z"))]
    fn the_receipt_gives_way_to_the_file(#[case] received: Option<&str>) {
        let stored = instant(STORED).unwrap();
        assert_eq!(event_time(None, received, stored), stored);
    }
}
