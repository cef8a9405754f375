//! How fresh the warehouse is, and how its loads went.

use chrono::{DateTime, Utc};
use serde::Serialize;
use tokio_postgres::types::Type;
use tokio_postgres::{GenericClient, Row};

use crate::document::Answer;
use crate::error::QueryError;
use crate::sql;

/// One run of the ETL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Run {
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended; none while it runs, or when its process vanished.
    pub finished_at: Option<DateTime<Utc>>,
    /// `running`, `complete`, `incomplete`, `failed` or `interrupted`.
    pub status: String,
    /// Objects loaded.
    pub objects: i64,
    /// Events that became rows.
    pub inserted: i64,
    /// Events that were there already.
    pub duplicates: i64,
    /// Events that could not be loaded.
    pub rejected: i64,
    /// What stopped it.
    pub error: Option<String>,
}

/// Freshness and the last runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pipeline {
    /// The newest run.
    pub last_run: Option<Run>,
    /// `event_timestamp` of the newest event.
    pub newest_event: Option<DateTime<Utc>>,
    /// Whole seconds from the newest event to now.
    pub lag_seconds: Option<i64>,
    /// Rows in the rejects table.
    pub rejects: i64,
    /// Session ids with more than 5,000 events: robots or bugs, which count as no session.
    pub long_sessions: i64,
    /// The last 20, newest first.
    pub runs: Vec<Run>,
}

impl Answer for Pipeline {
    const VIEW: &'static str = "pipeline";
}

/// How many runs are shown.
pub const RUNS: u32 = 20;

/// The state of the pipeline as of `now`. No range and no filter applies.
pub async fn pipeline(
    client: &impl GenericClient,
    now: DateTime<Utc>,
) -> Result<Pipeline, QueryError> {
    let runs = client
        .query_typed(sql::PIPELINE_RUNS, &[(&i64::from(RUNS), Type::INT8)])
        .await?;
    let runs = runs.iter().map(Run::read).collect::<Result<Vec<_>, _>>()?;
    let mut state = Pipeline {
        last_run: runs.first().cloned(),
        newest_event: None,
        lag_seconds: None,
        rejects: 0,
        long_sessions: 0,
        runs,
    };
    if let Some(row) = client
        .query_typed(sql::PIPELINE, &[(&now, Type::TIMESTAMPTZ)])
        .await?
        .first()
    {
        state.newest_event = row.try_get("newest_event")?;
        state.lag_seconds = row.try_get("lag_seconds")?;
        state.rejects = row.try_get("rejects")?;
        state.long_sessions = row.try_get("long_sessions")?;
    }
    Ok(state)
}

/// Why events could not be loaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RejectReason {
    /// In words.
    pub reason: String,
    /// Rows in the rejects table with it.
    pub rejects: i64,
    /// When the last of them was rejected.
    pub last_at: DateTime<Utc>,
}

/// Why events could not be loaded: at most `limit` reasons, the most frequent first.
pub async fn reject_reasons(
    client: &impl GenericClient,
    limit: u32,
) -> Result<Vec<RejectReason>, QueryError> {
    let rows = client
        .query_typed(sql::REJECT_REASONS, &[(&i64::from(limit), Type::INT8)])
        .await?;
    let rows = rows.iter().map(|row| {
        Ok(RejectReason {
            reason: row.try_get("reason")?,
            rejects: row.try_get("rejects")?,
            last_at: row.try_get("last_at")?,
        })
    });
    rows.collect()
}

impl Run {
    fn read(row: &Row) -> Result<Self, QueryError> {
        Ok(Self {
            started_at: row.try_get("started_at")?,
            finished_at: row.try_get("finished_at")?,
            status: row.try_get("status")?,
            objects: row.try_get("objects")?,
            inserted: row.try_get("inserted")?,
            duplicates: row.try_get("duplicates")?,
            rejected: row.try_get("rejected")?,
            error: row.try_get("error")?,
        })
    }
}
