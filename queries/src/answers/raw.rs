//! The events themselves, newest first.

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

/// A row of `public.clickstream_events`, column by column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "each field is the column of that name")]
pub struct RawEvent {
    pub event_id: Uuid,
    pub event_timestamp: DateTime<Utc>,
    pub event_name: String,
    pub user_id: Option<String>,
    pub user_login_state: Option<String>,
    pub identity_source: Option<String>,
    pub client_id: Option<String>,
    pub session_id: Option<String>,
    pub is_first_visit: Option<bool>,
    pub context_product_id: Option<String>,
    pub context_product_name: Option<String>,
    pub context_product_category: Option<String>,
    pub context_product_brand: Option<String>,
    pub context_product_price: Option<i64>,
    pub context_product_discount_price: Option<i64>,
    pub context_product_url_path: Option<String>,
}

/// Where a page ends: the next one holds only events older than this, in (time, id) order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// `event_timestamp`.
    pub time: DateTime<Utc>,
    /// `event_id`.
    pub id: Uuid,
}

/// One page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Raw {
    /// Newest first: by `event_timestamp`, then `event_id`, descending.
    pub rows: Vec<RawEvent>,
}
