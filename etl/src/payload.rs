//! What an invocation's payload asks for.
//!
//! The clock sends an event of its own, with none of these keys: what is new.
//!
//! | key | meaning |
//! |---|---|
//! | `date` | one day, `YYYY-MM-DD` |
//! | `from`, `to` | days, both included; either alone is that day |
//! | `prefix` | keys that start with this, under `events/` |
//! | `overridePrefix` | the older name of `prefix` |
//! | `targetUtcDate` | the older name of `date`; `YYYY/MM/DD` and `YYYYMMDD` are read, too |
//! | `targetUtcHour` | 0–23, with `targetUtcDate` or of today: that hour, in both layouts; also with its day in one (`2025-12-01T05`, `2025/12/01/05`) |
//! | `hoursBack` | the days that the last so many hours touch |
//! | `scope` | `new` or `all`; `day`, `hour`, `date`, `range`, `prefix` name what another key says |
//!
//! Numbers may be strings; null and "" count as absent. The first of these that
//! is there decides: prefix, date, from/to, hour, hoursBack, scope.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use serde_json::Value;

use crate::{Scope, ScopeError, day};

/// A payload that asks for something that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PayloadError {
    /// A value that the key does not take.
    #[error("{key} cannot be {value}; use {expected}")]
    Value {
        /// The key.
        key: &'static str,
        /// As sent.
        value: String,
        /// What it takes.
        expected: &'static str,
    },
    /// Days or a prefix that cannot be.
    #[error(transparent)]
    Scope(#[from] ScopeError),
}

/// The longest look back, in hours: ten years.
const MOST_HOURS: i64 = 24 * 3_653;

/// What an invocation was sent.
#[derive(Debug, Clone)]
pub struct Payload<'a>(pub &'a Value);

impl Payload<'_> {
    /// What it asks for.
    pub fn scope(&self, now: DateTime<Utc>) -> Result<Scope, PayloadError> {
        let named = self.text("scope").map(|scope| scope.to_ascii_lowercase());
        if let Some(prefix) = self.text("prefix").or_else(|| self.text("overridePrefix")) {
            return Ok(Scope::prefix(&prefix)?);
        }
        if let Some(date) = self.text("date") {
            let date = day(&date)?;
            return Ok(Scope::days(date, date)?);
        }
        match (self.text("from"), self.text("to")) {
            (None, None) => {}
            (Some(from), Some(to)) => return Ok(Scope::days(day(&from)?, day(&to)?)?),
            (Some(one), None) | (None, Some(one)) => {
                let one = day(&one)?;
                return Ok(Scope::days(one, one)?);
            }
        }
        let date = self
            .text("targetUtcDate")
            .map(|text| older_day(&text))
            .transpose()?;
        if let Some(hour) = self.text("targetUtcHour") {
            return hour_scope(&hour, date.unwrap_or_else(|| now.date_naive()));
        }
        if let Some(date) = date {
            return Ok(Scope::days(date, date)?);
        }
        if let Some(hours) = self.text("hoursBack") {
            return hours_back(&hours, now);
        }
        match named.as_deref() {
            None | Some("new" | "default" | "incremental") => Ok(Scope::New),
            Some("all" | "full") => Ok(Scope::All),
            Some("day" | "date" | "today") => Ok(Scope::days(now.date_naive(), now.date_naive())?),
            Some("hour") => hours_back("1", now),
            Some(other) => Err(PayloadError::Value {
                key: "scope",
                value: other.to_owned(),
                expected: "new, all, day or hour, or leave it out and give date, from and to, or prefix",
            }),
        }
    }

    /// A key's value as text; anything but text and numbers counts as absent.
    fn text(&self, key: &str) -> Option<String> {
        let text = match self.0.get(key)? {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        (!text.is_empty()).then_some(text)
    }
}

fn older_day(text: &str) -> Result<NaiveDate, ScopeError> {
    ["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d"]
        .iter()
        .find_map(|format| NaiveDate::parse_from_str(text, format).ok())
        .ok_or_else(|| ScopeError::NotADay(text.to_owned()))
}

fn hour_scope(text: &str, date: NaiveDate) -> Result<Scope, PayloadError> {
    let wrong = || PayloadError::Value {
        key: "targetUtcHour",
        value: text.to_owned(),
        expected: "an hour from 0 to 23, or a day with one: 2025-12-01T05",
    };
    let (date, hour) = match text.rfind(['T', ' ', '/', '-']) {
        Some(at) => {
            let hour = text[at + 1..].split(':').next().unwrap_or_default();
            (older_day(&text[..at])?, hour)
        }
        None => (date, text),
    };
    let hour: u32 = hour.trim_end_matches('Z').parse().map_err(|_| wrong())?;
    if hour > 23 {
        return Err(wrong());
    }
    Ok(Scope::Hour { day: date, hour })
}

fn hours_back(text: &str, now: DateTime<Utc>) -> Result<Scope, PayloadError> {
    let hours: i64 = text
        .parse()
        .ok()
        .filter(|hours| (1..=MOST_HOURS).contains(hours))
        .ok_or_else(|| PayloadError::Value {
            key: "hoursBack",
            value: text.to_owned(),
            expected: "a whole number of hours from 1",
        })?;
    let first = (now - TimeDelta::hours(hours)).date_naive();
    // Just after midnight a file of the next day may be there already.
    let last = (now + TimeDelta::minutes(5))
        .date_naive()
        .min(now.date_naive() + Days::new(1));
    Ok(Scope::days(first, last)?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    fn scope(payload: &Value) -> Result<String, String> {
        let now = "2025-12-05T12:00:00Z".parse().unwrap();
        Payload(payload)
            .scope(now)
            .map(|scope| scope.to_string())
            .map_err(|error| error.to_string())
    }

    #[rstest]
    #[case::nothing(json!({}), "new")]
    #[case::null(json!(null), "new")]
    #[case::a_string(json!("run"), "new")]
    #[case::the_clock(json!({"source": "aws.events", "detail-type": "Scheduled Event", "time": "2025-12-05T12:00:00Z", "detail": {}}), "new")]
    #[case::empty_values(json!({"date": "", "prefix": null}), "new")]
    #[case::date(json!({"date": "2025-12-01"}), "2025-12-01")]
    #[case::range(json!({"from": "2025-12-01", "to": "2025-12-03"}), "2025-12-01 to 2025-12-03")]
    #[case::from_alone(json!({"from": "2025-12-01"}), "2025-12-01")]
    #[case::prefix(json!({"prefix": "events/2025/12/"}), "events/2025/12/")]
    #[case::leading_slash(json!({"prefix": "/events/2025/12/"}), "events/2025/12/")]
    #[case::override_prefix(json!({"overridePrefix": "events/2025/06/01/05/"}), "events/2025/06/01/05/")]
    #[case::prefix_wins(json!({"prefix": "events/2025/", "date": "2024-01-01"}), "events/2025/")]
    #[case::older_date(json!({"targetUtcDate": "2025-12-01"}), "2025-12-01")]
    #[case::older_date_slashes(json!({"targetUtcDate": "2025/12/01"}), "2025-12-01")]
    #[case::older_date_number(json!({"targetUtcDate": 20_251_201}), "2025-12-01")]
    #[case::hour(json!({"targetUtcDate": "2025-12-01", "targetUtcHour": 5}), "2025-12-01 hour 05")]
    #[case::hour_text(json!({"targetUtcDate": "2025-12-01", "targetUtcHour": "05"}), "2025-12-01 hour 05")]
    #[case::hour_zero(json!({"targetUtcDate": "2025-12-01", "targetUtcHour": 0}), "2025-12-01 hour 00")]
    #[case::hour_of_today(json!({"targetUtcHour": 23}), "2025-12-05 hour 23")]
    #[case::hour_whole(json!({"targetUtcHour": "2025-12-01T05"}), "2025-12-01 hour 05")]
    #[case::hour_instant(json!({"targetUtcHour": "2025-12-01T05:00:00Z"}), "2025-12-01 hour 05")]
    #[case::hour_folder(json!({"targetUtcHour": "2025/12/01/05"}), "2025-12-01 hour 05")]
    #[case::hours_back(json!({"hoursBack": 13}), "2025-12-04 to 2025-12-05")]
    #[case::hours_back_text(json!({"hoursBack": "2"}), "2025-12-05")]
    #[case::scope_all(json!({"scope": "ALL"}), "all")]
    #[case::scope_new(json!({"scope": "new"}), "new")]
    #[case::scope_names_another_key(json!({"scope": "date", "date": "2025-12-01"}), "2025-12-01")]
    fn a_payload_asks_for_a_scope(#[case] payload: Value, #[case] expected: &str) {
        assert_eq!(scope(&payload).as_deref(), Ok(expected));
    }

    #[rstest]
    #[case(json!({"date": "yesterday"}), "YYYY-MM-DD")]
    #[case(json!({"from": "2025-12-03", "to": "2025-12-01"}), "swap")]
    #[case(json!({"prefix": "logs/"}), "events/")]
    #[case(json!({"targetUtcHour": 24}), "0 to 23")]
    #[case(json!({"targetUtcHour": "noon"}), "0 to 23")]
    #[case(json!({"hoursBack": -1}), "whole number")]
    #[case(json!({"hoursBack": 1e300}), "whole number")]
    #[case(json!({"scope": "some"}), "new, all")]
    fn a_payload_that_cannot_be_says_so(#[case] payload: Value, #[case] words: &str) {
        let error = scope(&payload).unwrap_err();
        assert!(error.contains(words), "{error}");
    }
}
