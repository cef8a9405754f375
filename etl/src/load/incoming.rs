//! The temporary table that a chunk's rows land in before any object is claimed: one for each
//! session, empty again after every transaction. Its statements follow the table of columns.

use sbw_contract::{column_definitions, column_list};

use super::encode::OWN_COLUMNS;

/// Creates it. COPY gives its columns in this order.
#[must_use]
pub fn create_incoming() -> String {
    format!(
        "create temporary table if not exists incoming ({OWN_COLUMNS}, {}) on commit delete rows",
        column_definitions()
    )
}

/// Moves its rows into the warehouse.
#[must_use]
pub(super) fn insert_events() -> String {
    format!(
        "insert into public.clickstream_events ({}) select {} from pg_temp.incoming i",
        column_list(""),
        column_list("i.")
    )
}
