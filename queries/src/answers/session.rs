//! One session, event by event.

use serde::Serialize;
use tokio_postgres::GenericClient;
use tokio_postgres::types::Type;

use crate::answers::raw::{Cursor, RawEvent};
use crate::document::Answer;
use crate::error::QueryError;
use crate::sql;

/// An event, and how long nothing happened before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SessionEvent {
    /// The event.
    #[serde(flatten)]
    pub event: RawEvent,
    /// Whole seconds since the session's event before; none for its first.
    pub seconds_since_previous: Option<i64>,
}

/// Every event of a session, whatever the range and the filter of a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Session {
    /// Which session.
    pub session_id: String,
    /// Oldest first: by `event_timestamp`, then `event_id`.
    pub rows: Vec<SessionEvent>,
}

impl Answer for Session {
    const VIEW: &'static str = "session";
}

/// A session may be of any length: this many of its events come at a time.
pub const MOST_EVENTS: u32 = 10_000;

/// The events of a session after `after`, at most `limit` and [`MOST_EVENTS`].
/// A session that does not exist has none, and neither has `''`.
pub async fn session(
    client: &impl GenericClient,
    session_id: &str,
    after: Option<Cursor>,
    limit: u32,
) -> Result<Session, QueryError> {
    let (time, id) = (after.map(|seen| seen.time), after.map(|seen| seen.id));
    let limit = i64::from(limit.min(MOST_EVENTS));
    let rows = client
        .query_typed(
            sql::SESSION,
            &[
                (&session_id, Type::TEXT),
                (&time, Type::TIMESTAMPTZ),
                (&id, Type::UUID),
                (&limit, Type::INT8),
            ],
        )
        .await?;
    let rows = rows.iter().map(|row| {
        Ok(SessionEvent {
            event: RawEvent::read(row)?,
            seconds_since_previous: row.try_get("seconds_since_previous")?,
        })
    });
    Ok(Session {
        session_id: session_id.to_owned(),
        rows: rows.collect::<Result<_, QueryError>>()?,
    })
}

impl Session {
    /// Where the page after this one starts; none after an empty page.
    #[must_use]
    pub fn next(&self) -> Option<Cursor> {
        self.rows.last().map(|row| row.event.cursor())
    }
}
