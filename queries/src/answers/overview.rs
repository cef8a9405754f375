//! The shop in one row, with the same row for the period before.

use serde::Serialize;

/// One period's totals. Counts, percentages (one decimal), whole VND.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Totals {
    /// Kept events.
    pub total_events: i64,
    /// Distinct non-empty `client_id`.
    pub unique_clients: i64,
    /// Distinct non-empty `user_id`.
    pub unique_users: i64,
    /// Distinct non-empty `session_id`.
    pub sessions: i64,
    /// `add_to_cart_click` events.
    pub add_to_cart_clicks: i64,
    /// `checkout_start` events.
    pub checkout_starts: i64,
    /// `checkout_complete` events.
    pub checkout_completes: i64,
    /// 100 × `checkout_completes` / `add_to_cart_clicks`.
    pub checkout_rate_percent: f64,
    /// Sessions with a `checkout_complete`.
    pub converted_sessions: i64,
    /// 100 × `converted_sessions` / `sessions`.
    pub conversion_rate_percent: f64,
    /// Sessions with an `add_to_cart_click` and no `checkout_complete`.
    pub abandoned_carts: i64,
    /// 100 × `abandoned_carts` / sessions with an `add_to_cart_click`.
    pub cart_abandonment_percent: f64,
    /// Σ effective price over `checkout_complete` events, VND.
    pub revenue_vnd: i64,
    /// `revenue_vnd` / `checkout_complete` events that have a price, rounded, VND.
    pub average_order_value_vnd: i64,
}

/// The asked period, and the one of equal length that ends where it begins.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overview {
    /// The asked period.
    #[serde(flatten)]
    pub current: Totals,
    /// The period before.
    pub previous: Totals,
}
