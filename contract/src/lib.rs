//! The columns of `public.clickstream_events`, written once.
//!
//! Ingest, ETL, migration, report and terminal all read [the table](Column): what a column is
//! called, what raw events call its field, what kind of value it holds and how long that may be.
//! A new column is a line in `column.rs`, and a migration.
//!
//! Besides the table there is [the schema of what `POST /clickstream` accepts](EVENT_SCHEMA), a page of
//! docs generated from it (`EVENTS.md`), and `examples/`: requests, each with what it becomes in the
//! warehouse.

mod column;
mod id;
mod kind;

pub use column::{COLUMN_COUNT, Column};
pub use id::is_known_id;
pub use kind::Kind;

/// The JSON Schema (2020-12) of what `POST /clickstream` takes; `$defs/sdkBatch` is what the browser
/// SDK sends. `x-column` names the column that a property becomes, `x-spellings` its other names.
pub const EVENT_SCHEMA: &str = include_str!("../event.schema.json");

/// The columns' names, comma-separated, in the order of the table, each behind `prefix`:
/// `""`, or a table's alias and a dot.
#[must_use]
pub fn column_list(prefix: &str) -> String {
    list(|column| format!("{prefix}{}", column.name()))
}

/// The columns' definitions, comma-separated, as `create table` takes them.
#[must_use]
pub fn column_definitions() -> String {
    list(|column| {
        let not_null = if column.kind().is_required() {
            " not null"
        } else {
            ""
        };
        format!("{} {}{not_null}", column.name(), column.kind().sql_type())
    })
}

fn list(item: impl Fn(Column) -> String) -> String {
    Column::ALL.map(item).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sql_lists_follow_the_table() {
        assert!(column_list("e.").starts_with("e.event_id, e.event_timestamp, e.event_name, "));
        assert!(column_definitions().starts_with(
            "event_id uuid not null, event_timestamp timestamp with time zone not null, event_name text not null, user_id text, "
        ));
        assert!(column_definitions().ends_with(", context_product_url_path text"));
    }
}
