//! Where shoppers drop out on the way to an order.

use serde::Serialize;

/// The shop's own funnel.
pub const DEFAULT_STEPS: [&str; 4] =
    ["product_view", "add_to_cart_click", "checkout_start", "checkout_complete"];

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
