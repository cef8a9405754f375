//! The sessions themselves, newest first.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use tokio_postgres::types::Type;
use tokio_postgres::{GenericClient, Row};

use crate::answers::funnel::Steps;
use crate::document::Answer;
use crate::error::QueryError;
use crate::question::Question;
use crate::range::parse_instant;
use crate::sql;

/// One session, by its filtered events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SessionRow {
    /// `session_id`.
    pub session_id: String,
    /// `client_id` of its latest filtered event that has one.
    pub client_id: Option<String>,
    /// `user_id` of its latest filtered event that has one.
    pub user_id: Option<String>,
    /// Its first filtered event.
    pub started_at: DateTime<Utc>,
    /// Its last filtered event.
    pub last_at: DateTime<Utc>,
    /// Where it came from, by all of its events: `google`, `facebook`, a host, `direct`;
    /// none when none of its events names a page.
    pub source: Option<String>,
    /// `desktop`, `mobile`, `tablet`, `bot` or `unknown`; none when its events say neither a page
    /// nor a user agent.
    pub device: Option<String>,
    /// Path of the first page it saw; none when none of its events names a page.
    pub entry_page: Option<String>,
    /// Filtered events.
    pub events: i64,
    /// `product_view` events.
    pub product_views: i64,
    /// `add_to_cart_click` events.
    pub add_to_carts: i64,
    /// `checkout_complete` events, repeats of an order included.
    pub checkout_completes: i64,
    /// Orders, as in [`Totals`](super::overview::Totals).
    pub orders: i64,
    /// Their revenue, VND.
    pub revenue_vnd: i64,
    /// How many of the asked steps it reached; 0 for none.
    pub furthest_step: i32,
}

/// Where a page ends: the next one holds the sessions after this one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SessionCursor {
    /// `started_at`.
    pub started_at: DateTime<Utc>,
    /// `session_id`.
    pub session_id: String,
}

/// What became of a session at a step of a funnel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It reached the step.
    Reached,
    /// It reached the step, and not the one after it.
    Dropped,
}

/// Sessions of one outcome at one step, counted from 1 as in
/// [`StepRow`](crate::answers::funnel::StepRow).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AtStep {
    /// The step.
    pub step: i32,
    /// What became of them.
    pub outcome: Outcome,
}

/// Which page of which sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionPage {
    /// The steps that `furthest_step` and `at_step` count.
    pub steps: Steps,
    /// Only these.
    pub at_step: Option<AtStep>,
    /// Only sessions after this one.
    pub before: Option<SessionCursor>,
    /// At most so many.
    pub limit: u32,
}

/// One page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SessionList {
    /// By `started_at` descending, then by `session_id`.
    pub rows: Vec<SessionRow>,
}

impl Answer for SessionList {
    const VIEW: &'static str = "session_list";
}

/// How many sessions a page has when nobody says.
pub const DEFAULT_LIMIT: u32 = 20;

impl Default for SessionPage {
    fn default() -> Self {
        Self {
            steps: Steps::default(),
            at_step: None,
            before: None,
            limit: DEFAULT_LIMIT,
        }
    }
}

/// A page of the sessions with a filtered event, the newest start first.
pub async fn session_list(
    client: &impl GenericClient,
    question: &Question,
    page: &SessionPage,
) -> Result<SessionList, QueryError> {
    let names = page.steps.names();
    let step = page.at_step.map(|at| at.step);
    let dropped = page
        .at_step
        .is_some_and(|at| at.outcome == Outcome::Dropped);
    let time = page.before.as_ref().map(|seen| seen.started_at);
    let id = page.before.as_ref().map(|seen| seen.session_id.as_str());
    let limit = i64::from(page.limit);
    let parameters = question.with(&[
        (&names, Type::TEXT_ARRAY),
        (&step, Type::INT4),
        (&dropped, Type::BOOL),
        (&time, Type::TIMESTAMPTZ),
        (&id, Type::TEXT),
        (&limit, Type::INT8),
    ]);
    let rows = client.query_typed(sql::SESSION_LIST, &parameters).await?;
    let rows = rows.iter().map(SessionRow::read);
    Ok(SessionList {
        rows: rows.collect::<Result<_, _>>()?,
    })
}

impl SessionList {
    /// Where the page after this one starts; none after an empty page.
    #[must_use]
    pub fn next(&self) -> Option<SessionCursor> {
        self.rows.last().map(SessionRow::cursor)
    }
}

impl SessionRow {
    /// Its place in the order of pages.
    #[must_use]
    pub fn cursor(&self) -> SessionCursor {
        SessionCursor {
            started_at: self.started_at,
            session_id: self.session_id.clone(),
        }
    }

    fn read(row: &Row) -> Result<Self, QueryError> {
        Ok(Self {
            session_id: row.try_get("session_id")?,
            client_id: row.try_get("client_id")?,
            user_id: row.try_get("user_id")?,
            started_at: row.try_get("started_at")?,
            last_at: row.try_get("last_at")?,
            source: row.try_get("source")?,
            device: row.try_get("device")?,
            entry_page: row.try_get("entry_page")?,
            events: row.try_get("events")?,
            product_views: row.try_get("product_views")?,
            add_to_carts: row.try_get("add_to_carts")?,
            checkout_completes: row.try_get("checkout_completes")?,
            orders: row.try_get("orders")?,
            revenue_vnd: row.try_get("revenue_vnd")?,
            furthest_step: row.try_get("furthest_step")?,
        })
    }
}

/// Text that names no outcome.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no outcome of a step; use reached or dropped")]
pub struct NotAnOutcome(String);

impl FromStr for Outcome {
    type Err = NotAnOutcome;

    fn from_str(text: &str) -> Result<Self, NotAnOutcome> {
        match text {
            "reached" => Ok(Self::Reached),
            "dropped" => Ok(Self::Dropped),
            _ => Err(NotAnOutcome(text.to_owned())),
        }
    }
}

/// Text that is no cursor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a place to continue from; give the start and id of the last session seen: 2025-12-01T14:23:11.25Z,s-1764599000-4f2a"
)]
pub struct NotASessionCursor(String);

impl FromStr for SessionCursor {
    type Err = NotASessionCursor;

    /// The id is all that follows the first comma: it may hold anything.
    fn from_str(text: &str) -> Result<Self, NotASessionCursor> {
        let read = || {
            let (time, id) = text.split_once(',')?;
            Some(Self {
                started_at: parse_instant(time.trim()).ok()?,
                session_id: (!id.is_empty()).then(|| id.to_owned())?,
            })
        };
        read().ok_or_else(|| NotASessionCursor(text.to_owned()))
    }
}

impl fmt::Display for SessionCursor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{},{}",
            self.started_at.to_rfc3339_opts(SecondsFormat::AutoSi, true),
            self.session_id
        )
    }
}
