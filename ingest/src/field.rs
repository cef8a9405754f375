//! The fields of an event that the platform knows, under every name they go by.

use sbw_contract::{Column, Kind};

/// A known field of a raw event. Unknown fields are kept in the raw file as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// A field that is a column of the warehouse.
    Column(Column),
    /// `product`: an object whose fields are columns, too ([`Column::in_product`]).
    Product,
    /// `_ingest`: what the platform added at receipt.
    Ingest,
}

impl Field {
    /// The field that a JSON key names, in either spelling: `eventName`, `event_name`.
    #[must_use]
    pub fn named(key: &str) -> Option<Self> {
        match key {
            "product" | "context_product" => Some(Self::Product),
            "_ingest" => Some(Self::Ingest),
            _ => Column::in_event(key).map(Self::Column),
        }
    }
}

/// Longest event name, in characters.
pub const MAX_NAME_CHARS: usize = match Kind::Name.max_chars() {
    Some(chars) => chars,
    None => usize::MAX,
};

/// Whether a string can name an event: 1–100 characters of `[A-Za-z0-9_.:-]`.
#[must_use]
pub fn is_event_name(name: &str) -> bool {
    (1..=MAX_NAME_CHARS).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_.:-".contains(&b))
}
