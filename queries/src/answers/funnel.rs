//! Where shoppers drop out on the way to an order.

use std::str::FromStr;

use serde::Serialize;
use tokio_postgres::types::Type;
use tokio_postgres::{GenericClient, Row};

use crate::document::Answer;
use crate::error::QueryError;
use crate::question::Question;
use crate::sql;

/// The shop's own funnel.
pub const DEFAULT_STEPS: [&str; 4] = [
    "product_view",
    "add_to_cart_click",
    "checkout_start",
    "checkout_complete",
];

/// One step.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepRow {
    /// 1 for the first.
    pub step: i32,
    /// The event that reaches it.
    pub event_name: String,
    /// Sessions that reached it.
    pub sessions: i64,
    /// Share of the sessions of step 1.
    pub percent_of_first: f64,
    /// Share of the sessions of the step before.
    pub percent_of_previous: f64,
    /// Sessions that reached the step before and not this one.
    pub dropped: i64,
    /// Median time from the step before, whole seconds; none for step 1 and unreached steps.
    pub median_seconds_from_previous: Option<i64>,
}

/// What to compare a funnel by: the group is that of a session's first kept step-1 event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Segment {
    /// `user_login_state`.
    Login,
    /// `context_product_category`.
    Category,
    /// `context_product_brand`.
    Brand,
}

/// One group's funnel.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FunnelGroup {
    /// The group; NULL and `''` are `UNKNOWN`.
    pub name: String,
    /// Its steps.
    pub rows: Vec<StepRow>,
}

/// The funnel of all sessions, or one for each group.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Funnel {
    /// Steps of all sessions.
    Rows(Vec<StepRow>),
    /// Steps per group, largest first step first, then by name.
    Groups(Vec<FunnelGroup>),
}

impl Answer for Funnel {
    const VIEW: &'static str = "funnel";
}

/// The events of a funnel, in order: 2 to 10 of them, none empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Steps(Vec<String>);

/// Not 2 to 10 event names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadSteps {
    /// Too few or too many.
    #[error("a funnel has 2 to 10 steps, not {0}")]
    Count(usize),
    /// One is empty.
    #[error("step {0} of the funnel has no event name")]
    Empty(usize),
}

impl Steps {
    /// These steps.
    pub fn new(names: impl IntoIterator<Item = impl Into<String>>) -> Result<Self, BadSteps> {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        if !(2..=10).contains(&names.len()) {
            return Err(BadSteps::Count(names.len()));
        }
        match names.iter().position(String::is_empty) {
            Some(empty) => Err(BadSteps::Empty(empty + 1)),
            None => Ok(Self(names)),
        }
    }

    /// Their event names.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.0
    }
}

impl Default for Steps {
    fn default() -> Self {
        Self(DEFAULT_STEPS.map(str::to_owned).to_vec())
    }
}

impl FromStr for Steps {
    type Err = BadSteps;

    /// Event names between commas.
    fn from_str(text: &str) -> Result<Self, BadSteps> {
        Self::new(text.split(',').map(str::trim))
    }
}

impl Segment {
    /// Every way to compare.
    pub const ALL: [Self; 3] = [Self::Login, Self::Category, Self::Brand];

    /// Its name on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Category => "category",
            Self::Brand => "brand",
        }
    }
}

/// Text that names no segment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a funnel cannot be compared by {0:?}; use login, category or brand")]
pub struct NotASegment(String);

impl FromStr for Segment {
    type Err = NotASegment;

    fn from_str(text: &str) -> Result<Self, NotASegment> {
        Self::ALL
            .into_iter()
            .find(|segment| segment.as_str() == text)
            .ok_or_else(|| NotASegment(text.to_owned()))
    }
}

/// How far sessions went along `steps`, together or by segment.
pub async fn funnel(
    client: &impl GenericClient,
    question: &Question,
    steps: &Steps,
    by: Option<Segment>,
) -> Result<Funnel, QueryError> {
    let names = steps.names();
    let segment = by.map(Segment::as_str);
    let parameters = question.with(&[(&names, Type::TEXT_ARRAY), (&segment, Type::TEXT)]);
    let rows = client.query_typed(sql::FUNNEL, &parameters).await?;
    if by.is_none() {
        return Ok(Funnel::Rows(
            rows.iter().map(StepRow::read).collect::<Result<_, _>>()?,
        ));
    }
    let mut groups: Vec<FunnelGroup> = Vec::new();
    for row in &rows {
        let name: String = row.try_get("segment")?;
        let step = StepRow::read(row)?;
        match groups.last_mut() {
            Some(group) if group.name == name => group.rows.push(step),
            _ => groups.push(FunnelGroup {
                name,
                rows: vec![step],
            }),
        }
    }
    Ok(Funnel::Groups(groups))
}

impl StepRow {
    fn read(row: &Row) -> Result<Self, QueryError> {
        Ok(Self {
            step: row.try_get("step")?,
            event_name: row.try_get("event_name")?,
            sessions: row.try_get("sessions")?,
            percent_of_first: row.try_get("percent_of_first")?,
            percent_of_previous: row.try_get("percent_of_previous")?,
            dropped: row.try_get("dropped")?,
            median_seconds_from_previous: row.try_get("median_seconds_from_previous")?,
        })
    }
}
