//! Events in full.

use sbw_queries::answers::raw::{Raw, RawEvent};
use sbw_queries::answers::session::Session;

use super::{Cell, Sheet, ToSheet, count, maybe, text};

impl ToSheet for Raw {
    fn to_sheet(&self) -> Sheet {
        Sheet {
            columns: COLUMNS.to_vec(),
            rows: self.rows.iter().map(event).collect(),
            ..Sheet::default()
        }
    }
}

impl ToSheet for Session {
    fn to_sheet(&self) -> Sheet {
        let rows = self.rows.iter().map(|row| {
            let mut cells = event(&row.event);
            cells.push(count(row.seconds_since_previous));
            cells
        });
        let mut columns = COLUMNS.to_vec();
        columns.push("seconds_since_previous");
        Sheet {
            facts: vec![("session_id", text(&self.session_id))],
            columns,
            rows: rows.collect(),
        }
    }
}

const COLUMNS: [&str; 16] = [
    "event_id",
    "event_timestamp",
    "event_name",
    "user_id",
    "user_login_state",
    "identity_source",
    "client_id",
    "session_id",
    "is_first_visit",
    "context_product_id",
    "context_product_name",
    "context_product_category",
    "context_product_brand",
    "context_product_price",
    "context_product_discount_price",
    "context_product_url_path",
];

fn event(event: &RawEvent) -> Vec<Cell> {
    vec![
        Cell::Text(event.event_id.to_string()),
        Cell::Time(event.event_timestamp),
        text(&event.event_name),
        maybe(event.user_id.as_ref()),
        maybe(event.user_login_state.as_ref()),
        maybe(event.identity_source.as_ref()),
        maybe(event.client_id.as_ref()),
        maybe(event.session_id.as_ref()),
        event.is_first_visit.map_or(Cell::None, Cell::Flag),
        maybe(event.context_product_id.as_ref()),
        maybe(event.context_product_name.as_ref()),
        maybe(event.context_product_category.as_ref()),
        maybe(event.context_product_brand.as_ref()),
        count(event.context_product_price),
        count(event.context_product_discount_price),
        maybe(event.context_product_url_path.as_ref()),
    ]
}
