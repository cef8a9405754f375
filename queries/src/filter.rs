//! Which events a question keeps, besides its range.

use serde::Serialize;

/// Every filter that is set must match. `category`, `brand` and `product` match when one of
/// the things that the event is about matches all of them; see `DEFINITIONS.md`.
///
/// `login` takes a `user_login_state`, `unknown` for NULL and `''`, or `other` for all that are
/// not `logged_in`, `anonymous`, `guest` or unknown. `category` and `brand` take `UNKNOWN` for
/// products without one, and for those that are called so.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Filter {
    /// `user_login_state`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
    /// A category that the event is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// A brand that the event is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// Id of a product that the event is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// `event_name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
}
