//! Which field a key names, in each object of an event.

use std::net::IpAddr;

use sbw_contract::{COLUMN_COUNT, Column, Kind};
use sbw_ingest::field::Field as Known;

use crate::rules;

/// A field that the loader looks for in an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// Becomes a column of the warehouse's table.
    Column(Column),
    /// Says something else about the event.
    Context(ContextField),
}

/// What an event says besides its columns. `Data…` is text in `element.dataset`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the JSON field of that name")]
pub enum ContextField {
    ReceivedAt,
    UserAgent,
    /// The address that it came from, or its network.
    SourceIp,
    /// Only in what `erase` leaves in the place of an event.
    Erased,
    PageUrl,
    Referrer,
    Quantity,
    DataQuantity,
    OrderId,
    DataOrderId,
    OrderNumber,
    DataOrderNumber,
    OrderTotal,
    DataTotal,
    CartId,
    DataCartId,
    /// The text of `order.items`, a JSON array.
    OrderItems,
    SearchQuery,
    SearchResults,
}

/// How many fields there are.
pub(super) const FIELD_COUNT: usize = COLUMN_COUNT + ContextField::SearchResults as usize + 1;

/// What a key holds.
#[derive(Clone, Copy)]
pub(super) enum Key {
    Field(Field),
    /// An object with keys of its own.
    Object(Keys),
}

/// The keys of an object; none for those that nobody looks for.
pub(super) type Keys = fn(&str) -> Option<Key>;

impl Field {
    /// Its place among all fields.
    pub(super) const fn place(self) -> usize {
        match self {
            Self::Column(column) => column as usize,
            Self::Context(field) => COLUMN_COUNT + field as usize,
        }
    }

    /// Whether a text would become anything but NULL.
    pub(super) fn can_use(self, text: &str) -> bool {
        use ContextField as C;
        match self {
            Self::Column(column) => match column.kind() {
                Kind::Name => rules::event_name(text).is_some(),
                Kind::Time => rules::instant(text).is_some(),
                Kind::Flag => rules::flag(text).is_some(),
                Kind::Price => rules::price(text).is_some(),
                Kind::Id => rules::id(text).is_some(),
                Kind::Key | Kind::Text => rules::text(text).is_some(),
            },
            Self::Context(field) => match field {
                C::ReceivedAt => rules::instant(text).is_some(),
                C::SourceIp => text.parse::<IpAddr>().is_ok(),
                C::Quantity | C::DataQuantity => rules::quantity(text).is_some(),
                C::OrderTotal | C::DataTotal => rules::price(text).is_some(),
                C::OrderId | C::DataOrderId | C::CartId | C::DataCartId => {
                    rules::id(text).is_some()
                }
                C::SearchResults => rules::count(text).is_some(),
                _ => rules::text(text).is_some(),
            },
        }
    }
}

impl From<Column> for Field {
    fn from(column: Column) -> Self {
        Self::Column(column)
    }
}

impl From<ContextField> for Field {
    fn from(field: ContextField) -> Self {
        Self::Context(field)
    }
}

impl<T: Into<Field>> From<T> for Key {
    fn from(field: T) -> Self {
        Self::Field(field.into())
    }
}

pub(super) fn in_event(key: &str) -> Option<Key> {
    Some(match key {
        "pageUrl" | "page_url" => ContextField::PageUrl.into(),
        "referrer" => ContextField::Referrer.into(),
        "quantity" => ContextField::Quantity.into(),
        "order" => Key::Object(in_order),
        "cart" => Key::Object(in_cart),
        "search" => Key::Object(in_search),
        "element" => Key::Object(in_element),
        "_erased" => ContextField::Erased.into(),
        _ => match Known::named(key)? {
            Known::Column(column) => column.into(),
            Known::Product => Key::Object(in_product),
            Known::Ingest => Key::Object(in_ingest),
        },
    })
}

fn in_product(key: &str) -> Option<Key> {
    Column::in_product(key).map(Key::from)
}

fn in_ingest(key: &str) -> Option<Key> {
    Some(Key::from(match key {
        "receivedAt" => ContextField::ReceivedAt,
        "sourceIp" => ContextField::SourceIp,
        "userAgent" => ContextField::UserAgent,
        _ => return None,
    }))
}

fn in_order(key: &str) -> Option<Key> {
    Some(Key::from(match key {
        "id" | "orderId" | "order_id" => ContextField::OrderId,
        "number" | "orderNumber" | "order_number" => ContextField::OrderNumber,
        "total" | "orderTotal" | "order_total" => ContextField::OrderTotal,
        "items" => ContextField::OrderItems,
        _ => return None,
    }))
}

fn in_cart(key: &str) -> Option<Key> {
    let is_id = matches!(key, "id" | "cartId" | "cart_id");
    is_id.then_some(ContextField::CartId.into())
}

fn in_search(key: &str) -> Option<Key> {
    Some(Key::from(match key {
        "query" => ContextField::SearchQuery,
        "results" => ContextField::SearchResults,
        _ => return None,
    }))
}

fn in_element(key: &str) -> Option<Key> {
    (key == "dataset").then_some(Key::Object(in_dataset))
}

fn in_dataset(key: &str) -> Option<Key> {
    Some(Key::from(match key {
        "orderId" | "order_id" => ContextField::DataOrderId,
        "orderNumber" | "order_number" => ContextField::DataOrderNumber,
        "total" => ContextField::DataTotal,
        "cartId" | "cart_id" => ContextField::DataCartId,
        "quantity" => ContextField::DataQuantity,
        _ => return None,
    }))
}

/// An item of an order is a product with a quantity.
pub(super) fn in_item(key: &str) -> Option<Key> {
    match key {
        "quantity" => Some(ContextField::Quantity.into()),
        "productId" => Some(Column::ProductId.into()),
        "discount_price" => Some(Column::DiscountPrice.into()),
        _ => in_product(key),
    }
}
