//! The rows of a table as the reader has sorted and searched them, and their names.

use std::cmp::Ordering;

use sbw_queries::answers::breakdown::GroupRow;
use sbw_queries::answers::funnel::Funnel;
use sbw_queries::answers::products::ProductRow;

use super::subject::{Answer, Body};
use super::table::{Column, Table, folded};

/// A row that a table can sort and search.
pub trait Row {
    /// Its name, for sorting.
    fn name(&self) -> &str;
    /// A column's number; none for text.
    fn value(&self, column: Column) -> Option<f64>;
    /// All its words, for searching.
    fn words(&self) -> String;
    /// What tells it from all others.
    fn identity(&self) -> String;
}

#[expect(
    clippy::cast_precision_loss,
    reason = "sorting needs no digit beyond the sixteenth"
)]
const fn number(value: i64) -> f64 {
    value as f64
}

impl Row for ProductRow {
    fn name(&self) -> &str {
        &self.name
    }

    fn value(&self, column: Column) -> Option<f64> {
        Some(match column {
            Column::Name => return None,
            Column::Events => number(self.events),
            Column::Views => number(self.product_views),
            Column::Carts => number(self.add_to_carts),
            Column::Orders => number(self.orders),
            Column::Units => number(self.units),
            Column::ViewToCart => self.view_to_cart_percent,
            Column::CartToOrder => self.cart_to_checkout_percent,
            Column::Revenue => number(self.revenue_vnd),
        })
    }

    fn words(&self) -> String {
        let id = self.product_id.as_deref().unwrap_or_default();
        format!("{}\n{}\n{}\n{id}", self.name, self.category, self.brand)
    }

    fn identity(&self) -> String {
        match &self.product_id {
            Some(id) => format!("id {id}"),
            None => format!("name {}", self.name),
        }
    }
}

impl Row for GroupRow {
    fn name(&self) -> &str {
        &self.name
    }

    fn value(&self, column: Column) -> Option<f64> {
        Some(match column {
            Column::Events => number(self.events),
            Column::Views => number(self.product_views),
            Column::Carts => number(self.add_to_carts),
            Column::Orders => number(self.orders),
            Column::Units => number(self.units),
            Column::Revenue => number(self.revenue_vnd),
            Column::Name | Column::ViewToCart | Column::CartToOrder => return None,
        })
    }

    fn words(&self) -> String {
        self.name.clone()
    }

    fn identity(&self) -> String {
        self.name.clone()
    }
}

/// The rows that `table` shows, in its order. Equal ones stay as they were.
#[must_use]
pub fn arranged<'a, R: Row>(rows: &'a [R], table: &Table) -> Vec<&'a R> {
    let wanted = folded(table.search.trim());
    let mut shown: Vec<&R> = rows
        .iter()
        .filter(|row| wanted.is_empty() || folded(&row.words()).contains(&wanted))
        .collect();
    let Some(column) = table.sort else {
        return shown;
    };
    if column == Column::Name {
        shown.sort_by_cached_key(|row| folded(row.name()));
    } else {
        shown.sort_by(|one, other| {
            let (one, other) = (one.value(column), other.value(column));
            other.partial_cmp(&one).unwrap_or(Ordering::Equal)
        });
    }
    if table.reversed {
        shown.reverse();
    }
    shown
}

/// What the rows of the answer to a screen are called, as `table` shows them.
pub(super) fn names(answer: &Answer, table: &Table) -> Vec<String> {
    match &answer.body {
        Body::Overview(screen) => {
            let events = screen.events.rows.iter();
            let logins = screen.logins.rows.iter();
            events
                .map(|row| format!("event {}", row.event_name))
                .chain(logins.map(|row| format!("login {}", row.user_login_state)))
                .collect()
        }
        Body::Funnel(Funnel::Rows(rows)) => rows.iter().map(|row| row.event_name.clone()).collect(),
        Body::Funnel(Funnel::Groups(groups)) => {
            groups.iter().map(|group| group.name.clone()).collect()
        }
        Body::Products(rows) => identities(rows, table),
        Body::Groups(rows) => identities(rows, table),
        Body::Session(session) => {
            let rows = session.rows.iter();
            rows.map(|row| row.event.event_id.to_string()).collect()
        }
        Body::Hours(hours) => {
            let rows = hours.rows.iter();
            rows.map(|row| row.from.timestamp().to_string()).collect()
        }
        Body::Pipeline(_) => {
            let runs = answer.pipeline.runs.iter();
            runs.map(|run| run.started_at.to_rfc3339()).collect()
        }
        Body::Series(_)
        | Body::Week(_)
        | Body::Sessions(_)
        | Body::StepSessions(_)
        | Body::SessionPage(_)
        | Body::Page(_) => Vec::new(),
    }
}

fn identities<R: Row>(rows: &[R], table: &Table) -> Vec<String> {
    let rows = arranged(rows, table).into_iter();
    rows.map(Row::identity).collect()
}
