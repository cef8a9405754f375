//! How long sessions were, how much happened in them, and who came back.

use serde::Serialize;
use tokio_postgres::{GenericClient, Row};

use crate::document::Answer;
use crate::error::QueryError;
use crate::question::Question;
use crate::sql;

/// Sessions with a filtered event. A duration is last − first filtered event, whole seconds.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Sessions {
    /// How many.
    pub sessions: i64,
    /// Filtered events of sessions per session, to one decimal.
    pub events_per_session: f64,
    /// Median duration; none when there is no session.
    pub median_duration_seconds: Option<i64>,
    /// The duration that nine of ten do not exceed; none when there is no session.
    pub p90_duration_seconds: Option<i64>,
    /// Sessions that last 10 s or more, or have two `page_view` events or more, or an order.
    pub engaged: i64,
    /// Sessions that are not engaged.
    pub bounces: i64,
    /// 100 × `bounces` / `sessions`.
    pub bounce_rate_percent: f64,
    /// Sessions with a filtered event whose `is_first_visit` is true.
    pub new_sessions: i64,
    /// The rest.
    pub returning_sessions: i64,
    /// Sessions per class of duration, shortest first, empty classes included.
    pub duration_histogram: Vec<DurationClass>,
}

/// One class of duration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DurationClass {
    /// `0 s`, `1–10 s`, … `30+ min`.
    pub label: String,
    /// Sessions in it.
    pub sessions: i64,
}

impl Answer for Sessions {
    const VIEW: &'static str = "sessions";
}

/// How long sessions were and who came back.
pub async fn sessions(
    client: &impl GenericClient,
    question: &Question,
) -> Result<Sessions, QueryError> {
    let rows = client
        .query_typed(sql::SESSIONS, &question.with(&[]))
        .await?;
    let mut answer = match rows.first() {
        Some(row) => Sessions::read(row)?,
        None => Sessions::default(),
    };
    for row in &rows {
        answer.duration_histogram.push(DurationClass {
            label: row.try_get("label")?,
            sessions: row.try_get("in_class")?,
        });
    }
    Ok(answer)
}

impl Sessions {
    fn read(row: &Row) -> Result<Self, QueryError> {
        Ok(Self {
            sessions: row.try_get("sessions")?,
            events_per_session: row.try_get("events_per_session")?,
            median_duration_seconds: row.try_get("median_duration_seconds")?,
            p90_duration_seconds: row.try_get("p90_duration_seconds")?,
            engaged: row.try_get("engaged")?,
            bounces: row.try_get("bounces")?,
            bounce_rate_percent: row.try_get("bounce_rate_percent")?,
            new_sessions: row.try_get("new_sessions")?,
            returning_sessions: row.try_get("returning_sessions")?,
            duration_histogram: Vec::new(),
        })
    }
}
