//! How the products of each category, or of each brand, did.
//!
//! An event counts once in each group that it is about: an order of two brands counts in both.

use serde::Serialize;
use tokio_postgres::GenericClient;
use tokio_postgres::types::Type;

use crate::document::Answer;
use crate::error::QueryError;
use crate::question::Question;
use crate::sql;

/// The events about one category or brand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupRow {
    /// The category or brand; NULL and `''` are `UNKNOWN`.
    pub name: String,
    /// Filtered events about it.
    pub events: i64,
    /// `product_view` events.
    pub product_views: i64,
    /// `add_to_cart_click` events.
    pub add_to_carts: i64,
    /// `checkout_complete` events about it; a repeat of an order is about nothing.
    pub checkout_completes: i64,
    /// Orders with an item of it.
    pub orders: i64,
    /// Σ quantity of those items.
    pub units: i64,
    /// Σ quantity × unit price of those items, VND.
    pub revenue_vnd: i64,
}

/// The most frequent categories, by events descending, then by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Categories {
    /// At most `limit` rows.
    pub rows: Vec<GroupRow>,
}

/// The most frequent brands, by events descending, then by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Brands {
    /// At most `limit` rows.
    pub rows: Vec<GroupRow>,
}

impl Answer for Categories {
    const VIEW: &'static str = "categories";
}

impl Answer for Brands {
    const VIEW: &'static str = "brands";
}

/// How many rows people see when they name no limit.
pub const DEFAULT_LIMIT: u32 = 10;

/// How each category did, at most `limit` of them.
pub async fn categories(
    client: &impl GenericClient,
    question: &Question,
    limit: u32,
) -> Result<Categories, QueryError> {
    Ok(Categories {
        rows: breakdown(client, question, "category", limit).await?,
    })
}

/// How each brand did, at most `limit` of them.
pub async fn brands(
    client: &impl GenericClient,
    question: &Question,
    limit: u32,
) -> Result<Brands, QueryError> {
    Ok(Brands {
        rows: breakdown(client, question, "brand", limit).await?,
    })
}

async fn breakdown(
    client: &impl GenericClient,
    question: &Question,
    by: &str,
    limit: u32,
) -> Result<Vec<GroupRow>, QueryError> {
    let limit = i64::from(limit);
    let parameters = question.with(&[(&by, Type::TEXT), (&limit, Type::INT8)]);
    let rows = client.query_typed(sql::BREAKDOWN, &parameters).await?;
    let rows = rows.iter().map(|row| {
        Ok(GroupRow {
            name: row.try_get("name")?,
            events: row.try_get("events")?,
            product_views: row.try_get("product_views")?,
            add_to_carts: row.try_get("add_to_carts")?,
            checkout_completes: row.try_get("checkout_completes")?,
            orders: row.try_get("orders")?,
            units: row.try_get("units")?,
            revenue_vnd: row.try_get("revenue_vnd")?,
        })
    });
    rows.collect()
}
