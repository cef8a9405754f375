//! The columns of an event, to choose from.

use sbw_contract::{COLUMN_COUNT, Column};
use sbw_queries::answers::raw::{RawEvent, Value};

/// A column of `clickstream_events`.
pub type EventColumn = Column;

/// All of them, in the order of the table but for the id, which stands after the name.
pub const ALL_EVENT_COLUMNS: [EventColumn; COLUMN_COUNT] = {
    let mut columns = Column::ALL;
    (columns[0], columns[1], columns[2]) = (columns[1], columns[2], columns[0]);
    columns
};

/// A column's text in an event; none for money, which is a number.
#[must_use]
pub fn text(column: EventColumn, event: &RawEvent) -> Option<String> {
    match event.value(column) {
        Value::Id(id) => Some(id.to_string()),
        Value::Time(time) => Some(time.format("%Y-%m-%d %H:%M:%S").to_string()),
        Value::Text(text) => text.filter(|text| !text.is_empty()).map(str::to_owned),
        Value::Flag(flag) => flag.map(|flag| if flag { "yes" } else { "no" }.to_owned()),
        Value::Price(_) => None,
    }
}

/// A column's money in an event.
#[must_use]
pub fn money(column: EventColumn, event: &RawEvent) -> Option<i64> {
    match event.value(column) {
        Value::Price(price) => price,
        _ => None,
    }
}
