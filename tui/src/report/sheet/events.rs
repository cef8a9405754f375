//! Events in full.

use sbw_contract::Column;
use sbw_queries::answers::raw::{Raw, RawEvent, Value};
use sbw_queries::answers::session::Session;

use super::{Cell, Sheet, ToSheet, count, text};

impl ToSheet for Raw {
    fn to_sheet(&self) -> Sheet {
        Sheet {
            columns: columns(),
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
        let mut columns = columns();
        columns.push("seconds_since_previous");
        Sheet {
            facts: vec![("session_id", text(&self.session_id))],
            columns,
            rows: rows.collect(),
        }
    }
}

fn columns() -> Vec<&'static str> {
    Column::ALL.map(Column::name).to_vec()
}

fn event(event: &RawEvent) -> Vec<Cell> {
    let cell = |column| match event.value(column) {
        Value::Id(id) => Cell::Text(id.to_string()),
        Value::Time(time) => Cell::from(time),
        Value::Text(value) => value.map_or(Cell::None, text),
        Value::Flag(flag) => flag.map_or(Cell::None, Cell::Flag),
        Value::Price(price) => count(price),
    };
    Column::ALL.map(cell).to_vec()
}
