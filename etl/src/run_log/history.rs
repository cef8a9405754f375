//! What the run log tells an operator.

use chrono::{DateTime, Utc};
use sbw_queries::connect::{Target, connect};
use serde::Serialize;

use crate::{EtlError, load::session_options};

/// A run, as its row tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(
    missing_docs,
    reason = "the columns of etl.runs, documented in its migration"
)]
pub struct Run {
    pub run_id: i64,
    pub started_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    pub status: String,
    pub trigger: String,
    pub scope: String,
    pub listed: i64,
    pub new_objects: i64,
    pub objects: i64,
    pub events: i64,
    pub inserted: i64,
    pub duplicates: i64,
    pub rejected: i64,
    pub remaining: i64,
    pub duration_ms: i64,
    pub error: Option<String>,
}

/// Something that could not be loaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(
    missing_docs,
    reason = "the columns of etl.rejects, documented in its migration"
)]
pub struct Reject {
    pub object_key: String,
    pub event_index: i32,
    pub reason: String,
    pub excerpt: String,
    pub run_id: i64,
    pub rejected_at: DateTime<Utc>,
}

/// The last runs, newest first.
pub async fn list_runs(warehouse: &Target, limit: i64) -> Result<Vec<Run>, EtlError> {
    let client = connect(warehouse, &session_options()).await?.client;
    let rows = client
        .query(include_str!("../../sql/list_runs.sql"), &[&limit])
        .await?;
    Ok(rows
        .iter()
        .map(|row| Run {
            run_id: row.get("run_id"),
            started_at: row.get("started_at"),
            finished_at: row.get("finished_at"),
            status: row.get("status"),
            trigger: row.get("trigger"),
            scope: row.get("scope"),
            listed: row.get("listed"),
            new_objects: row.get("new_objects"),
            objects: row.get("objects"),
            events: row.get("events"),
            inserted: row.get("inserted"),
            duplicates: row.get("duplicates"),
            rejected: row.get("rejected"),
            remaining: row.get("remaining"),
            duration_ms: row.get("duration_ms"),
            error: row.get("error"),
        })
        .collect())
}

/// What could not be loaded, newest first; of these objects only, if any are named.
pub async fn list_rejects(
    warehouse: &Target,
    keys: Option<&[String]>,
    limit: i64,
) -> Result<Vec<Reject>, EtlError> {
    let client = connect(warehouse, &session_options()).await?.client;
    let rows = client
        .query(include_str!("../../sql/list_rejects.sql"), &[&keys, &limit])
        .await?;
    Ok(rows
        .iter()
        .map(|row| Reject {
            object_key: row.get("object_key"),
            event_index: row.get("event_index"),
            reason: row.get("reason"),
            excerpt: row.get("excerpt"),
            run_id: row.get("run_id"),
            rejected_at: row.get("rejected_at"),
        })
        .collect())
}
