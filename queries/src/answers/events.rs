//! Which events there were.

use serde::Serialize;
use tokio_postgres::GenericClient;
use tokio_postgres::types::Type;

use crate::document::Answer;
use crate::error::QueryError;
use crate::question::Question;
use crate::sql;

/// One event name.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EventRow {
    /// `event_name`.
    pub event_name: String,
    /// Filtered events of that name.
    pub events: i64,
    /// Share of all filtered events.
    pub percent: f64,
}

/// The most frequent event names, by count descending, then by name.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Events {
    /// At most `limit` rows.
    pub rows: Vec<EventRow>,
}

impl Answer for Events {
    const VIEW: &'static str = "events";
}

/// How many rows people see when they name no limit.
pub const DEFAULT_LIMIT: u32 = 10;

/// Which events there were, at most `limit` names.
pub async fn events(
    client: &impl GenericClient,
    question: &Question,
    limit: u32,
) -> Result<Events, QueryError> {
    let limit = i64::from(limit);
    let rows = client
        .query_typed(sql::EVENTS, &question.with(&[(&limit, Type::INT8)]))
        .await?;
    let rows = rows.iter().map(|row| {
        Ok(EventRow {
            event_name: row.try_get("event_name")?,
            events: row.try_get("events")?,
            percent: row.try_get("percent")?,
        })
    });
    Ok(Events {
        rows: rows.collect::<Result<_, QueryError>>()?,
    })
}
