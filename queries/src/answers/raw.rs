//! The events themselves, newest first.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, SecondsFormat, Utc};
use sbw_contract::Column;
use serde::Serialize;
use tokio_postgres::types::Type;
use tokio_postgres::{GenericClient, Row};
use uuid::Uuid;

use crate::document::Answer;
use crate::error::QueryError;
use crate::question::Question;
use crate::range::parse_instant;
use crate::sql;

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

/// A value of an event's column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'a> {
    /// The event's id.
    Id(Uuid),
    /// When it happened.
    Time(DateTime<Utc>),
    /// A text.
    Text(Option<&'a str>),
    /// A flag.
    Flag(Option<bool>),
    /// Whole VND.
    Price(Option<i64>),
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

impl Answer for Raw {
    const VIEW: &'static str = "raw";
}

/// How many events a page has when nobody says.
pub const DEFAULT_LIMIT: u32 = 20;

/// Which page of the events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Only events older than this one.
    pub before: Option<Cursor>,
    /// Only product events.
    pub products_only: bool,
    /// At most so many.
    pub limit: u32,
}

impl Default for Page {
    fn default() -> Self {
        Self {
            before: None,
            products_only: false,
            limit: DEFAULT_LIMIT,
        }
    }
}

/// A page of the filtered events, newest first.
pub async fn raw(
    client: &impl GenericClient,
    question: &Question,
    page: Page,
) -> Result<Raw, QueryError> {
    let time = page.before.map(|cursor| cursor.time);
    let id = page.before.map(|cursor| cursor.id);
    let limit = i64::from(page.limit);
    let parameters = question.with(&[
        (&time, Type::TIMESTAMPTZ),
        (&id, Type::UUID),
        (&page.products_only, Type::BOOL),
        (&limit, Type::INT8),
    ]);
    let rows = client.query_typed(sql::RAW, &parameters).await?;
    Ok(Raw {
        rows: rows.iter().map(RawEvent::read).collect::<Result<_, _>>()?,
    })
}

/// How much there is to page through.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct RawPages {
    /// Filtered events.
    pub events: i64,
    /// Pages that hold them; one when there are none.
    pub pages: i64,
}

/// How many events [`raw`] has in all, and how many pages of `limit` (at least one).
pub async fn pages(
    client: &impl GenericClient,
    question: &Question,
    products_only: bool,
    limit: u32,
) -> Result<RawPages, QueryError> {
    let limit = i64::from(limit.max(1));
    let parameters = question.with(&[(&products_only, Type::BOOL), (&limit, Type::INT8)]);
    let rows = client.query_typed(sql::RAW_PAGES, &parameters).await?;
    rows.first().map_or(Ok(RawPages::default()), |row| {
        Ok(RawPages {
            events: row.try_get("events")?,
            pages: row.try_get("pages")?,
        })
    })
}

impl Raw {
    /// Where the page after this one starts; none after an empty page.
    #[must_use]
    pub fn next(&self) -> Option<Cursor> {
        self.rows.last().map(RawEvent::cursor)
    }
}

impl RawEvent {
    /// The value of a column.
    #[must_use]
    pub fn value(&self, column: Column) -> Value<'_> {
        match column {
            Column::EventId => Value::Id(self.event_id),
            Column::EventTimestamp => Value::Time(self.event_timestamp),
            Column::EventName => Value::Text(Some(&self.event_name)),
            Column::UserId => Value::Text(self.user_id.as_deref()),
            Column::UserLoginState => Value::Text(self.user_login_state.as_deref()),
            Column::IdentitySource => Value::Text(self.identity_source.as_deref()),
            Column::ClientId => Value::Text(self.client_id.as_deref()),
            Column::SessionId => Value::Text(self.session_id.as_deref()),
            Column::IsFirstVisit => Value::Flag(self.is_first_visit),
            Column::ProductId => Value::Text(self.context_product_id.as_deref()),
            Column::ProductName => Value::Text(self.context_product_name.as_deref()),
            Column::ProductCategory => Value::Text(self.context_product_category.as_deref()),
            Column::ProductBrand => Value::Text(self.context_product_brand.as_deref()),
            Column::Price => Value::Price(self.context_product_price),
            Column::DiscountPrice => Value::Price(self.context_product_discount_price),
            Column::ProductUrlPath => Value::Text(self.context_product_url_path.as_deref()),
        }
    }

    /// Its place in the order of pages.
    #[must_use]
    pub const fn cursor(&self) -> Cursor {
        Cursor {
            time: self.event_timestamp,
            id: self.event_id,
        }
    }

    pub(super) fn read(row: &Row) -> Result<Self, QueryError> {
        Ok(Self {
            event_id: row.try_get("event_id")?,
            event_timestamp: row.try_get("event_timestamp")?,
            event_name: row.try_get("event_name")?,
            user_id: row.try_get("user_id")?,
            user_login_state: row.try_get("user_login_state")?,
            identity_source: row.try_get("identity_source")?,
            client_id: row.try_get("client_id")?,
            session_id: row.try_get("session_id")?,
            is_first_visit: row.try_get("is_first_visit")?,
            context_product_id: row.try_get("context_product_id")?,
            context_product_name: row.try_get("context_product_name")?,
            context_product_category: row.try_get("context_product_category")?,
            context_product_brand: row.try_get("context_product_brand")?,
            context_product_price: row.try_get("context_product_price")?,
            context_product_discount_price: row.try_get("context_product_discount_price")?,
            context_product_url_path: row.try_get("context_product_url_path")?,
        })
    }
}

/// Text that is no cursor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a place to continue from; give the time and id of the last event seen: 2025-12-01T14:23:11.25Z,550e8400-e29b-41d4-a716-446655440000"
)]
pub struct NotACursor(String);

impl FromStr for Cursor {
    type Err = NotACursor;

    fn from_str(text: &str) -> Result<Self, NotACursor> {
        let read = || {
            let (time, id) = text.split_once(',')?;
            Some(Self {
                time: parse_instant(time.trim()).ok()?,
                id: Uuid::parse_str(id.trim()).ok()?,
            })
        };
        read().ok_or_else(|| NotACursor(text.to_owned()))
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{},{}",
            self.time.to_rfc3339_opts(SecondsFormat::AutoSi, true),
            self.id
        )
    }
}
