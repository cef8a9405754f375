//! The warehouse's side: orders, by the definition that all numbers follow.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sbw_queries::{connect::SessionOptions, range::TimeRange};
use tokio_postgres::{Client, Portal, Statement, Transaction};

use super::{BATCH, Difference, ReconcileError, ShopOrder, snapshot};
use crate::EtlError;

/// A day that no rollup covers is counted from its events.
const STATEMENT: Duration = Duration::from_mins(5);
/// The session waits while the shop answers, or while a file is read from a pipe.
const IDLE: Duration = Duration::from_mins(15);

/// Reads only.
pub(super) fn options() -> SessionOptions {
    SessionOptions {
        idle_in_transaction_timeout: Some(IDLE),
        may_share: false,
        ..SessionOptions::reader("sbw-etl reconcile", STATEMENT)
    }
}

/// An order, as the warehouse saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SeenOrder {
    /// Its id, or else that of its event.
    pub(super) order_id: String,
    /// Whether it names an id.
    pub(super) has_id: bool,
    /// The time of its event.
    pub(super) seen_at: DateTime<Utc>,
    /// Its total, where a price is known.
    pub(super) total_vnd: Option<i64>,
}

/// One snapshot of the warehouse.
pub(super) struct Warehouse<'a> {
    snapshot: Transaction<'a>,
    shop_orders: Statement,
    orders: Statement,
    loaded_at: Option<DateTime<Utc>>,
}

/// The orders of a range, batch by batch.
pub(super) struct SeenOrders<'a> {
    snapshot: &'a Transaction<'a>,
    portal: Portal,
}

impl<'a> Warehouse<'a> {
    pub(super) async fn begin(client: &'a mut Client) -> Result<Self, ReconcileError> {
        let snapshot = snapshot(client).await.map_err(failed)?;
        let loaded_at = snapshot
            .query_one(include_str!("../../sql/last_complete.sql"), &[])
            .await
            .map_err(failed)?
            .get("started_at");
        let shop_orders = snapshot
            .prepare(include_str!("../../sql/reconcile_shop_orders.sql"))
            .await
            .map_err(failed)?;
        let orders = snapshot
            .prepare(include_str!("../../sql/reconcile_warehouse_orders.sql"))
            .await
            .map_err(failed)?;
        Ok(Self {
            snapshot,
            shop_orders,
            orders,
            loaded_at,
        })
    }

    /// When the last complete run began.
    pub(super) const fn loaded_at(&self) -> Option<DateTime<Utc>> {
        self.loaded_at
    }

    /// Those of the shop's orders that the warehouse lacks, or has with another total.
    pub(super) async fn differences(
        &self,
        orders: &[ShopOrder],
    ) -> Result<Vec<Difference>, ReconcileError> {
        let ids: Vec<&str> = orders.iter().map(|order| &*order.order_id).collect();
        let totals: Vec<i64> = orders.iter().map(|order| order.total_vnd).collect();
        let rows = self
            .snapshot
            .query(&self.shop_orders, &[&ids, &totals])
            .await
            .map_err(failed)?;
        let differences = rows.iter().filter_map(|row| {
            let place = usize::try_from(row.get::<_, i64>("place")).ok()?;
            let order = orders.get(place.checked_sub(1)?)?;
            Some(Difference {
                order_id: order.order_id.clone(),
                ordered_at: Some(order.ordered_at),
                seen_at: row.get("seen_at"),
                shop_total_vnd: Some(order.total_vnd),
                warehouse_total_vnd: row.get("seen_total"),
            })
        });
        Ok(differences.collect())
    }

    /// The orders that were seen in a range.
    pub(super) async fn orders(&self, range: TimeRange) -> Result<SeenOrders<'_>, ReconcileError> {
        let portal = self
            .snapshot
            .bind(&self.orders, &[&range.from(), &range.to()])
            .await
            .map_err(failed)?;
        Ok(SeenOrders {
            snapshot: &self.snapshot,
            portal,
        })
    }
}

impl SeenOrders<'_> {
    /// The next orders; none at the end.
    pub(super) async fn next_batch(&mut self) -> Result<Vec<SeenOrder>, ReconcileError> {
        let rows = self
            .snapshot
            .query_portal(&self.portal, BATCH.into())
            .await
            .map_err(failed)?;
        let orders = rows.iter().map(|row| SeenOrder {
            order_id: row.get("order_id"),
            has_id: row.get("has_id"),
            seen_at: row.get("seen_at"),
            total_vnd: row.get("total"),
        });
        Ok(orders.collect())
    }
}

fn failed(error: tokio_postgres::Error) -> ReconcileError {
    ReconcileError::warehouse(EtlError::from(error), STATEMENT)
}
