//! Do the shop's orders and those that the warehouse has seen agree?
//!
//! In: the shop's orders, from its database or a file that it exported, and the
//! orders of the warehouse, by the definition that all numbers follow. Out: a
//! [`Reconciliation`]. Orders are matched by their id, whenever either side saw
//! them: clocks differ, and a browser may hand in an order days later.
//!
//! 1. Each order of the shop in the range is looked for in the warehouse, anywhere.
//! 2. Each order of the warehouse in the range is looked for in the shop, anywhere.
//!
//! Both go in batches, so that memory does not grow with the range. Of a file the
//! ids are held: some 55 bytes an order.

mod database;
mod error;
mod file;
mod report;
mod warehouse;

use chrono::{DateTime, Utc};
use sbw_queries::{
    connect::{Target, connect},
    range::TimeRange,
};
use tokio_postgres::{Client, IsolationLevel, Transaction};

use crate::EtlError;
use database::DatabaseShop;
pub use error::ReconcileError;
use file::FileShop;
pub use file::{Export, FileError};
pub use report::{Difference, Differences, Reconciliation};
use warehouse::Warehouse;

/// Orders that are asked about at once.
const BATCH: u16 = 5_000;

/// Where the shop's orders are read.
pub enum ShopOrders {
    /// In its database, as `infra/oltp/schema.sql` makes it.
    Database(Box<Target>),
    /// In a file that it exported.
    File(Export),
}

/// An order, as the shop has it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct ShopOrder {
    order_id: String,
    ordered_at: DateTime<Utc>,
    total_vnd: i64,
}

/// Where the shop has an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    Nowhere,
    InRange,
    OutsideRange,
}

/// The shop's side.
trait Shop {
    /// Orders in the range that were not read yet; none at the end.
    async fn next_batch(&mut self) -> Result<Vec<ShopOrder>, ReconcileError>;
    /// Where the shop has these orders, in their order. Asked when the batches have ended.
    async fn find(&mut self, order_ids: &[&str]) -> Result<Vec<Found>, ReconcileError>;
}

/// Compares the orders of a range; names at most `limit` of each kind of difference.
pub async fn reconcile(
    warehouse: &Target,
    shop: ShopOrders,
    range: TimeRange,
    limit: usize,
) -> Result<Reconciliation, ReconcileError> {
    let mut client = connect(warehouse, &warehouse::options())
        .await
        .map_err(EtlError::from)?
        .client;
    // The warehouse's snapshot comes first: what it knows of, the shop's later one has.
    let snapshot = Warehouse::begin(&mut client).await?;
    let name = match &shop {
        ShopOrders::Database(target) => target.to_string(),
        ShopOrders::File(export) => export.name.clone(),
    };
    let mut report = Reconciliation::new(range, name, warehouse.to_string(), limit);
    report.loaded_at = snapshot.loaded_at();
    match shop {
        ShopOrders::Database(target) => {
            let mut client = database::open(&target).await?;
            let mut shop = DatabaseShop::begin(&mut client, &target, range).await?;
            compare(&mut shop, &snapshot, range, &mut report).await?;
        }
        ShopOrders::File(export) => {
            let mut shop = FileShop::read(export, range);
            compare(&mut shop, &snapshot, range, &mut report).await?;
        }
    }
    Ok(report.concluded())
}

async fn compare(
    shop: &mut impl Shop,
    warehouse: &Warehouse<'_>,
    range: TimeRange,
    report: &mut Reconciliation,
) -> Result<(), ReconcileError> {
    loop {
        let orders = shop.next_batch().await?;
        if orders.is_empty() {
            break;
        }
        let differences = warehouse.differences(&orders).await?;
        report.add_shop_orders(orders.len(), differences);
    }
    for day in days(range) {
        let mut seen = warehouse.orders(day).await?;
        loop {
            let orders = seen.next_batch().await?;
            if orders.is_empty() {
                break;
            }
            let ids: Vec<&str> = orders.iter().map(|order| &*order.order_id).collect();
            let found = shop.find(&ids).await?;
            report.add_warehouse_orders(orders.into_iter().zip(found));
        }
    }
    Ok(())
}

/// The range, day by day: how long one statement takes does not grow with the range.
fn days(range: TimeRange) -> impl Iterator<Item = TimeRange> {
    let mut from = range.from();
    std::iter::from_fn(move || {
        let to = from.checked_add_days(chrono::Days::new(1))?.min(range.to());
        let day = TimeRange::new(from, to).ok().filter(|_| from < to)?;
        from = to;
        Some(day)
    })
}

/// What one side has now; nothing can be written in it.
async fn snapshot(client: &mut Client) -> Result<Transaction<'_>, tokio_postgres::Error> {
    client
        .build_transaction()
        .isolation_level(IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()
        .await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use rstest::rstest;
    use sbw_queries::range::parse_instant;

    use super::*;

    #[rstest]
    #[case::nothing("2025-12-01", "2025-12-01", &[])]
    #[case::an_hour("2025-12-01", "2025-12-01T01:00", &["2025-12-01T01:00"])]
    #[case::a_day("2025-12-01", "2025-12-02", &["2025-12-02"])]
    #[case::more("2025-12-01T06:00", "2025-12-03", &["2025-12-02T06:00", "2025-12-03"])]
    fn a_range_is_its_days(#[case] from: &str, #[case] to: &str, #[case] ends: &[&str]) {
        let at = |text: &str| parse_instant(text).unwrap();
        let range = TimeRange::new(at(from), at(to)).unwrap();
        let days: Vec<TimeRange> = days(range).collect();
        let expected: Vec<_> = ends.iter().map(|end| at(end)).collect();
        assert_eq!(days.iter().map(TimeRange::to).collect::<Vec<_>>(), expected);
        let starts = days.iter().map(TimeRange::from);
        assert!(
            starts.eq(std::iter::once(range.from())
                .chain(expected)
                .take(days.len()))
        );
    }
}
