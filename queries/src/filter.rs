//! Which events a question keeps, besides its range.

use serde::Serialize;

/// Every filter that is set must match; see `metrics.kept_events` for the exact rule.
///
/// `login` takes any `user_login_state`, or `unknown` for NULL and `''`;
/// `category` and `brand` take `UNKNOWN` for product events without one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Filter {
    /// `user_login_state`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
    /// `context_product_category`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// `context_product_brand`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// `context_product_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// `event_name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
}
