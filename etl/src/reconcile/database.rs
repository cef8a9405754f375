//! The shop's side, from its own database. Nothing is written there, and a
//! statement that would hold the shop up is ended.

use std::{collections::HashMap, time::Duration};

use sbw_queries::{
    connect::{SessionOptions, Target, connect},
    range::TimeRange,
};
use tokio_postgres::{Client, Portal, Statement, Transaction};
use uuid::Uuid;

use super::{BATCH, Found, ReconcileError, Shop, ShopOrder, snapshot};

/// A range of a large shop is read within seconds, even without an index on the time.
const STATEMENT: Duration = Duration::from_secs(30);
/// A migration that holds a lock goes first.
const LOCK: Duration = Duration::from_secs(5);
/// The session waits while the warehouse answers.
const IDLE: Duration = Duration::from_mins(15);

/// One snapshot of the shop's orders.
pub(super) struct DatabaseShop<'a> {
    snapshot: Transaction<'a>,
    target: &'a Target,
    range: TimeRange,
    orders: Portal,
    known_orders: Statement,
}

/// A session that reads only.
pub(super) async fn open(target: &Target) -> Result<Client, ReconcileError> {
    let options = SessionOptions {
        idle_in_transaction_timeout: Some(IDLE),
        lock_timeout: Some(LOCK),
        wide_questions: false,
        may_share: false,
        ..SessionOptions::reader("sbw-etl reconcile", STATEMENT)
    };
    match connect(target, &options).await {
        Ok(connected) => Ok(connected.client),
        Err(error) => Err(ReconcileError::ShopConnect(Box::new(error))),
    }
}

impl<'a> DatabaseShop<'a> {
    pub(super) async fn begin(
        client: &'a mut Client,
        target: &'a Target,
        range: TimeRange,
    ) -> Result<Self, ReconcileError> {
        let failed = |error| ReconcileError::shop(target, error);
        let snapshot = snapshot(client).await.map_err(failed)?;
        let orders = snapshot
            .prepare(include_str!("../../sql/shop_orders.sql"))
            .await
            .map_err(failed)?;
        let known_orders = snapshot
            .prepare(include_str!("../../sql/shop_known_orders.sql"))
            .await
            .map_err(failed)?;
        let orders = snapshot
            .bind(&orders, &[&range.from(), &range.to()])
            .await
            .map_err(failed)?;
        Ok(Self {
            snapshot,
            target,
            range,
            orders,
            known_orders,
        })
    }

    fn failed(&self) -> impl Fn(tokio_postgres::Error) -> ReconcileError {
        |error| ReconcileError::shop(self.target, error)
    }
}

impl Shop for DatabaseShop<'_> {
    async fn next_batch(&mut self) -> Result<Vec<ShopOrder>, ReconcileError> {
        let rows = self
            .snapshot
            .query_portal(&self.orders, BATCH.into())
            .await
            .map_err(self.failed())?;
        let orders = rows.iter().map(|row| ShopOrder {
            order_id: row.get("order_id"),
            ordered_at: row.get("ordered_at"),
            total_vnd: row.get("total"),
        });
        Ok(orders.collect())
    }

    async fn find(&mut self, order_ids: &[&str]) -> Result<Vec<Found>, ReconcileError> {
        let ids: Vec<Uuid> = order_ids.iter().filter_map(|id| own_id(id)).collect();
        let (from, to) = (self.range.from(), self.range.to());
        let rows = self
            .snapshot
            .query(&self.known_orders, &[&ids, &from, &to])
            .await
            .map_err(self.failed())?;
        let known: HashMap<Uuid, bool> = rows
            .iter()
            .map(|row| (row.get("order_id"), row.get("is_in_range")))
            .collect();
        let place = |id: &&str| match own_id(id).and_then(|id| known.get(&id)) {
            None => Found::Nowhere,
            Some(true) => Found::InRange,
            Some(false) => Found::OutsideRange,
        };
        Ok(order_ids.iter().map(place).collect())
    }
}

/// The id as the shop's database has it. Text is compared exactly: another spelling of
/// the same UUID is another order to the warehouse, and so it is here.
fn own_id(text: &str) -> Option<Uuid> {
    Uuid::try_parse(text)
        .ok()
        .filter(|id| id.to_string() == text)
}
