//! Where shoppers drop out on the way to an order.

use std::str::FromStr;

use serde::Serialize;
use tokio_postgres::types::Type;
use tokio_postgres::{GenericClient, Row};

use crate::document::Answer;
use crate::error::QueryError;
use crate::question::Question;
use crate::sql;

/// Somebody looks at a product.
pub const PRODUCT_VIEW: &str = "product_view";
/// Somebody puts a product into the cart.
pub const ADD_TO_CART_CLICK: &str = "add_to_cart_click";
/// Somebody begins to check out.
pub const CHECKOUT_START: &str = "checkout_start";
/// Somebody ordered.
pub const CHECKOUT_COMPLETE: &str = "checkout_complete";

/// The standard funnel. The rollups count these steps, so that it comes fast; others are read from
/// events.
pub const STANDARD_STEPS: [&str; 4] = [
    PRODUCT_VIEW,
    ADD_TO_CART_CLICK,
    CHECKOUT_START,
    CHECKOUT_COMPLETE,
];

/// Stands between the event names of a step that several events reach.
pub const ALTERNATIVE: char = '|';

/// One step.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepRow {
    /// 1 for the first.
    pub step: i32,
    /// The event that reaches it; alternatives as `a|b`.
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

/// What to compare a funnel by: the group is that of a session's first filtered step-1 event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Segment {
    /// `user_login_state`, in the groups of [`logins`](super::logins).
    Login,
    /// The category it is about.
    Category,
    /// The brand it is about.
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

/// The steps of a funnel, in order: 2 to 10. A step is an event name, or several as `a|b`:
/// any of them reaches it. No name is empty, and none contains [`ALTERNATIVE`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Steps(Vec<String>);

/// Not the steps of a funnel.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadSteps {
    /// Too few or too many.
    #[error("a funnel has 2 to 10 steps, not {0}")]
    Count(usize),
    /// A step, or one of its alternatives, is empty.
    #[error("step {0} of the funnel has no event name, or an empty one beside |")]
    Empty(usize),
}

impl Steps {
    /// These steps.
    pub fn new(names: impl IntoIterator<Item = impl Into<String>>) -> Result<Self, BadSteps> {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        if !(2..=10).contains(&names.len()) {
            return Err(BadSteps::Count(names.len()));
        }
        let incomplete = |step: &String| step.split(ALTERNATIVE).any(str::is_empty);
        match names.iter().position(incomplete) {
            Some(empty) => Err(BadSteps::Empty(empty + 1)),
            None => Ok(Self(names)),
        }
    }

    /// Their event names, alternatives as `a|b`.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.0
    }
}

impl Default for Steps {
    fn default() -> Self {
        Self(STANDARD_STEPS.map(str::to_owned).to_vec())
    }
}

impl FromStr for Steps {
    type Err = BadSteps;

    /// Steps between commas, alternatives between bars, blanks around names ignored.
    fn from_str(text: &str) -> Result<Self, BadSteps> {
        let step = |step: &str| {
            let names: Vec<&str> = step.split(ALTERNATIVE).map(str::trim).collect();
            names.join("|")
        };
        Self::new(text.split(',').map(step))
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("a,b", &["a", "b"])]
    #[case("product_view, add_to_cart_click | quick_buy ,checkout_start", &["product_view", "add_to_cart_click|quick_buy", "checkout_start"])]
    #[case("a|b|c,a", &["a|b|c", "a"])]
    fn steps_are_read(#[case] text: &str, #[case] names: &[&str]) {
        assert_eq!(text.parse::<Steps>().unwrap().names(), names);
    }

    #[rstest]
    #[case("a", BadSteps::Count(1))]
    #[case("a,b,c,d,e,f,g,h,i,j,k", BadSteps::Count(11))]
    #[case("a,,b", BadSteps::Empty(2))]
    #[case("a,|b", BadSteps::Empty(2))]
    #[case("a| ,b", BadSteps::Empty(1))]
    #[case("a||b,c", BadSteps::Empty(1))]
    fn steps_are_refused(#[case] text: &str, #[case] because: BadSteps) {
        assert_eq!(text.parse::<Steps>(), Err(because));
    }
}
