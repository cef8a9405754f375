//! The shop in one row, with the same row for the period before.
//!
//! What each number means: `DEFINITIONS.md` in this crate's folder. An order is not a
//! `checkout_complete` event: a reloaded thank-you page sends another event, not another order.

use serde::Serialize;
use tokio_postgres::{GenericClient, Row};

use crate::document::Answer;
use crate::error::QueryError;
use crate::question::Question;
use crate::sql;

/// One period's totals. Counts, percentages (one decimal), whole VND.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Totals {
    /// Filtered events.
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
    /// `checkout_complete` events, repeats of an order included.
    pub checkout_completes: i64,
    /// 100 × `checkout_completes` / `add_to_cart_clicks`.
    pub checkout_rate_percent: f64,
    /// Orders: the first `checkout_complete` of each order id. Under a category, brand or
    /// product filter, those that have a matching item.
    pub orders: i64,
    /// Orders that name no product, so that their items are the session's cart.
    pub orders_inferred: i64,
    /// Σ quantity of the (matching) items of `orders`.
    pub units: i64,
    /// Sessions with an order.
    pub converted_sessions: i64,
    /// 100 × `converted_sessions` / `sessions`.
    pub conversion_rate_percent: f64,
    /// Sessions with an `add_to_cart_click` and no `checkout_complete`.
    pub abandoned_carts: i64,
    /// 100 × `abandoned_carts` / sessions with an `add_to_cart_click`.
    pub cart_abandonment_percent: f64,
    /// Σ totals of `orders`, VND; under a category, brand or product filter, Σ revenue of
    /// their matching items.
    pub revenue_vnd: i64,
    /// `revenue_vnd` / orders that have such an amount, rounded, VND.
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

impl Answer for Overview {
    const VIEW: &'static str = "overview";
}

/// How the shop did, and how it did before.
pub async fn overview(
    client: &impl GenericClient,
    question: &Question,
) -> Result<Overview, QueryError> {
    let rows = client
        .query_typed(sql::OVERVIEW, &question.with(&[]))
        .await?;
    let mut totals = rows.iter().map(Totals::read);
    let mut period = || totals.next().unwrap_or_else(|| Ok(Totals::default()));
    Ok(Overview {
        current: period()?,
        previous: period()?,
    })
}

impl Totals {
    fn read(row: &Row) -> Result<Self, QueryError> {
        Ok(Self {
            total_events: row.try_get("total_events")?,
            unique_clients: row.try_get("unique_clients")?,
            unique_users: row.try_get("unique_users")?,
            sessions: row.try_get("sessions")?,
            add_to_cart_clicks: row.try_get("add_to_cart_clicks")?,
            checkout_starts: row.try_get("checkout_starts")?,
            checkout_completes: row.try_get("checkout_completes")?,
            checkout_rate_percent: row.try_get("checkout_rate_percent")?,
            orders: row.try_get("orders")?,
            orders_inferred: row.try_get("orders_inferred")?,
            units: row.try_get("units")?,
            converted_sessions: row.try_get("converted_sessions")?,
            conversion_rate_percent: row.try_get("conversion_rate_percent")?,
            abandoned_carts: row.try_get("abandoned_carts")?,
            cart_abandonment_percent: row.try_get("cart_abandonment_percent")?,
            revenue_vnd: row.try_get("revenue_vnd")?,
            average_order_value_vnd: row.try_get("average_order_value_vnd")?,
        })
    }
}
