//! How each product did.

use serde::Serialize;
use tokio_postgres::GenericClient;
use tokio_postgres::types::Type;

use crate::document::Answer;
use crate::error::QueryError;
use crate::question::Question;
use crate::sql;

/// The events about one product: with one product id, or with one name where they have no id.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProductRow {
    /// Product id; none for a product that is known by name only.
    pub product_id: Option<String>,
    /// Name in its latest filtered event; NULL and `''` are `UNKNOWN`.
    pub name: String,
    /// Category in its latest filtered event; NULL and `''` are `UNKNOWN`.
    pub category: String,
    /// Brand in its latest filtered event; NULL and `''` are `UNKNOWN`.
    pub brand: String,
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
    /// 100 × `add_to_carts` / `product_views`; may pass 100.
    pub view_to_cart_percent: f64,
    /// 100 × `checkout_completes` / `add_to_carts`; may pass 100.
    pub cart_to_checkout_percent: f64,
    /// Σ quantity × unit price of those items, VND.
    pub revenue_vnd: i64,
}

/// The most viewed products: by views, then events, descending, then by name.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Products {
    /// At most `limit` rows.
    pub rows: Vec<ProductRow>,
}

impl Answer for Products {
    const VIEW: &'static str = "products";
}

/// How many products people see when they name no limit.
pub const DEFAULT_LIMIT: u32 = 20;

/// How each product did, at most `limit` of them.
pub async fn products(
    client: &impl GenericClient,
    question: &Question,
    limit: u32,
) -> Result<Products, QueryError> {
    let limit = i64::from(limit);
    let rows = client
        .query_typed(sql::PRODUCTS, &question.with(&[(&limit, Type::INT8)]))
        .await?;
    let rows = rows.iter().map(|row| {
        Ok(ProductRow {
            product_id: row.try_get("product_id")?,
            name: row.try_get("name")?,
            category: row.try_get("category")?,
            brand: row.try_get("brand")?,
            events: row.try_get("events")?,
            product_views: row.try_get("product_views")?,
            add_to_carts: row.try_get("add_to_carts")?,
            checkout_completes: row.try_get("checkout_completes")?,
            orders: row.try_get("orders")?,
            units: row.try_get("units")?,
            view_to_cart_percent: row.try_get("view_to_cart_percent")?,
            cart_to_checkout_percent: row.try_get("cart_to_checkout_percent")?,
            revenue_vnd: row.try_get("revenue_vnd")?,
        })
    });
    Ok(Products {
        rows: rows.collect::<Result<_, QueryError>>()?,
    })
}
