//! What an event says of an order, its items, and a search.

use sbw_contract::Column;
use serde::Serialize;
use uuid::Uuid;

use crate::{
    parse::{ContextField, Values, items},
    rules,
};

/// Most items that are kept of an order.
const MAX_ITEMS: usize = 200;

/// A row of `context.orders`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Order {
    /// The event.
    pub event_id: Uuid,
    /// `order.id`, else `element.dataset.orderId`; the others likewise.
    pub order_id: Option<String>,
    /// `order.number`.
    pub order_number: Option<String>,
    /// `order.total`, whole VND.
    pub total: Option<i64>,
    /// `cart.id`.
    pub cart_id: Option<String>,
}

/// A row of `context.items`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "each field is the column of that name")]
pub struct Item {
    pub event_id: Uuid,
    /// From 1, in the order of the event.
    pub item_no: i32,
    pub product_id: Option<String>,
    pub product_name: Option<String>,
    pub category: Option<String>,
    pub brand: Option<String>,
    pub price: Option<i64>,
    pub discount_price: Option<i64>,
    pub quantity: Option<i32>,
}

/// A row of `context.searches`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Search {
    /// The event.
    pub event_id: Uuid,
    /// What was searched for.
    pub query: Option<String>,
    /// How many were found.
    pub results: Option<i32>,
}

/// The quantity of the event's own product, or of an item.
pub(super) fn quantity(values: &Values<'_>) -> Option<i32> {
    let quantity = |field: ContextField| values.get(field).and_then(rules::quantity);
    let quantity =
        quantity(ContextField::Quantity).or_else(|| quantity(ContextField::DataQuantity))?;
    let price = price(values, Column::Price).max(price(values, Column::DiscountPrice));
    rules::is_affordable(quantity, price).then_some(quantity)
}

fn price(values: &Values<'_>, column: Column) -> Option<i64> {
    values.get(column).and_then(rules::price)
}

impl Order {
    /// None when the event says nothing of an order.
    pub(super) fn of(values: &Values<'_>) -> Option<Self> {
        use ContextField as C;
        let id = |field: C| values.get(field).and_then(rules::id).map(String::from);
        let text = |field: C| values.get(field).and_then(rules::text).map(String::from);
        let total = |field: C| values.get(field).and_then(rules::price);
        let order = Self {
            event_id: Uuid::nil(),
            order_id: id(C::OrderId).or_else(|| id(C::DataOrderId)),
            order_number: text(C::OrderNumber).or_else(|| text(C::DataOrderNumber)),
            total: total(C::OrderTotal).or_else(|| total(C::DataTotal)),
            cart_id: id(C::CartId).or_else(|| id(C::DataCartId)),
        };
        (order != Self::default()).then_some(order)
    }
}

/// The items that the event's order names. One without a product is none.
pub(super) fn items_of(values: &Values<'_>) -> Vec<Item> {
    let Some(array) = values.get(ContextField::OrderItems) else {
        return Vec::new();
    };
    let items = items(array).filter_map(|item| {
        let text = |column: Column| item.get(column).and_then(rules::text).map(String::from);
        let product_id = item.get(Column::ProductId).and_then(rules::id);
        let product_name = text(Column::ProductName);
        (product_id.is_some() || product_name.is_some()).then(|| Item {
            product_id: product_id.map(String::from),
            product_name,
            category: text(Column::ProductCategory),
            brand: text(Column::ProductBrand),
            price: price(&item, Column::Price),
            discount_price: price(&item, Column::DiscountPrice),
            quantity: quantity(&item),
            ..Item::default()
        })
    });
    let numbered = items.take(MAX_ITEMS).zip(1..);
    numbered
        .map(|(item, item_no)| Item { item_no, ..item })
        .collect()
}

impl Search {
    /// None when the event says nothing of a search.
    pub(super) fn of(values: &Values<'_>) -> Option<Self> {
        let query = values.get(ContextField::SearchQuery).and_then(rules::text);
        let results = values
            .get(ContextField::SearchResults)
            .and_then(rules::count);
        (query.is_some() || results.is_some()).then(|| Self {
            event_id: Uuid::nil(),
            query: query.map(String::from),
            results,
        })
    }
}
