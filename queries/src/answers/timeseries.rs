//! Events, sessions, orders and revenue over time.

use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use tokio_postgres::GenericClient;
use tokio_postgres::types::Type;

use crate::document::Answer;
use crate::error::QueryError;
use crate::question::Question;
use crate::range::TimeRange;
use crate::sql;
use crate::zone::Zone;

/// How wide a point of the series is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Bucket {
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// A calendar day of the asked zone.
    Day,
    /// An ISO week, from Monday.
    Week,
}

/// One bucket.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Point {
    /// Where the bucket starts.
    pub t: DateTime<Utc>,
    /// Filtered events in it.
    pub events: i64,
    /// Sessions with a filtered event in it.
    pub sessions: i64,
    /// `checkout_complete` events in it.
    pub checkout_completes: i64,
    /// Orders in it, as in [`Totals`](super::overview::Totals).
    pub orders: i64,
    /// Their revenue, VND.
    pub revenue_vnd: i64,
}

/// Every bucket that overlaps the range, ascending, zeros included.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Timeseries {
    /// Width of a point.
    pub bucket: Bucket,
    /// The points.
    pub points: Vec<Point>,
}

impl Answer for Timeseries {
    const VIEW: &'static str = "timeseries";
}

/// More points than this are refused.
pub const MOST_POINTS: i64 = 50_000;

/// The series in buckets of `bucket`, or of [`Bucket::of`] the range, cut by the
/// clock and calendar of `zone`.
pub async fn timeseries(
    client: &impl GenericClient,
    question: &Question,
    bucket: Option<Bucket>,
    zone: &Zone,
) -> Result<Timeseries, QueryError> {
    let bucket = bucket.unwrap_or_else(|| Bucket::of(question.range));
    let points = question.range.length().num_seconds() / bucket.seconds();
    if points > MOST_POINTS {
        return Err(QueryError::TooManyPoints {
            points,
            limit: MOST_POINTS,
        });
    }
    let (name, place) = (bucket.as_str(), zone.as_str());
    let parameters = question.with(&[(&name, Type::TEXT), (&place, Type::TEXT)]);
    let rows = client
        .query_typed(sql::TIMESERIES, &parameters)
        .await
        .map_err(|source| QueryError::in_zone(zone, source))?;
    let points = rows.iter().map(|row| {
        Ok(Point {
            t: row.try_get("t")?,
            events: row.try_get("events")?,
            sessions: row.try_get("sessions")?,
            checkout_completes: row.try_get("checkout_completes")?,
            orders: row.try_get("orders")?,
            revenue_vnd: row.try_get("revenue_vnd")?,
        })
    });
    Ok(Timeseries {
        bucket,
        points: points.collect::<Result<_, QueryError>>()?,
    })
}

impl Bucket {
    /// Every width, finest first.
    pub const ALL: [Self; 4] = [Self::Minute, Self::Hour, Self::Day, Self::Week];

    /// The width that suits a range: an hour up to 48 hours, else a day.
    #[must_use]
    pub fn of(range: TimeRange) -> Self {
        if range.length() <= TimeDelta::hours(48) {
            Self::Hour
        } else {
            Self::Day
        }
    }

    /// Its name, as in documents and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
        }
    }

    /// Usual length; a day of a shifted clock is an hour more or less.
    const fn seconds(self) -> i64 {
        match self {
            Self::Minute => 60,
            Self::Hour => 3_600,
            Self::Day => 86_400,
            Self::Week => 604_800,
        }
    }
}

/// Text that names no bucket.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no bucket; use minute, hour, day or week")]
pub struct NotABucket(String);

impl FromStr for Bucket {
    type Err = NotABucket;

    fn from_str(text: &str) -> Result<Self, NotABucket> {
        Self::ALL
            .into_iter()
            .find(|bucket| bucket.as_str() == text)
            .ok_or_else(|| NotABucket(text.to_owned()))
    }
}
