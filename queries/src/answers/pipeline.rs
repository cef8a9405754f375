//! How fresh the warehouse is, and how its loads went.

use chrono::{DateTime, Utc};
use serde::Serialize;

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
    /// The last 20, newest first.
    pub runs: Vec<Run>,
}
