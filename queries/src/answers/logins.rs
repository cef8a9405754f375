//! Who was logged in.

use serde::Serialize;

/// One login state.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LoginRow {
    /// `user_login_state`; NULL and `''` are `UNKNOWN`.
    pub user_login_state: String,
    /// Kept events in it.
    pub events: i64,
    /// Share of all kept events.
    pub percent: f64,
}

/// Every login state, by count descending, then by name.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Logins {
    /// All of them.
    pub rows: Vec<LoginRow>,
}
