//! What a reconciliation came to.

use chrono::{DateTime, Utc};
use sbw_queries::range::TimeRange;
use serde::Serialize;

use super::{Found, warehouse::SeenOrder};

/// The orders of a range, compared. Its JSON is what `reconcile --json` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reconciliation {
    /// First instant of the range.
    pub from: DateTime<Utc>,
    /// First instant after it.
    pub to: DateTime<Utc>,
    /// The shop's database, or file.
    pub shop: String,
    /// The warehouse.
    pub warehouse: String,
    /// When the last complete run began to load; an event that came later may not be loaded.
    pub loaded_at: Option<DateTime<Utc>>,
    /// Whether both sides have the same orders with the same totals.
    pub agree: bool,
    /// Orders that were ordered in the range: `same`, `missing` and `different_total` together.
    pub shop_orders: u64,
    /// Those that the warehouse has with the same total.
    pub same: u64,
    /// Those that the warehouse does not have.
    pub missing: Differences,
    /// Those that it has with another total.
    pub different_total: Differences,
    /// Orders that the warehouse saw in the range.
    pub warehouse_orders: u64,
    /// Those that were ordered before or after the range: they are compared there.
    pub ordered_outside_range: u64,
    /// Those that name an order id which the shop does not have.
    pub extra: Differences,
    /// Those that name no order id, and so cannot be asked for in the shop.
    pub without_id: u64,
}

/// Orders that differ in the same way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Differences {
    /// How many there are.
    pub count: u64,
    /// The newest of them.
    pub rows: Vec<Difference>,
    #[serde(skip)]
    limit: usize,
}

/// An order that one side has otherwise than the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Its id.
    pub order_id: String,
    /// When it was ordered, as the shop says; NULL: the shop does not have it.
    pub ordered_at: Option<DateTime<Utc>>,
    /// The time of its event; NULL: the warehouse does not have it.
    pub seen_at: Option<DateTime<Utc>>,
    /// Its total in the shop.
    pub shop_total_vnd: Option<i64>,
    /// Its total in the warehouse; NULL also where no price is known.
    pub warehouse_total_vnd: Option<i64>,
}

impl Reconciliation {
    pub(super) fn new(range: TimeRange, shop: String, warehouse: String, limit: usize) -> Self {
        let none = Differences {
            limit,
            ..Differences::default()
        };
        Self {
            from: range.from(),
            to: range.to(),
            shop,
            warehouse,
            loaded_at: None,
            agree: false,
            shop_orders: 0,
            same: 0,
            missing: none.clone(),
            different_total: none.clone(),
            warehouse_orders: 0,
            ordered_outside_range: 0,
            extra: none,
            without_id: 0,
        }
    }

    /// Adds orders of the shop, of which these differ in the warehouse.
    pub(super) fn add_shop_orders(&mut self, orders: usize, differences: Vec<Difference>) {
        self.shop_orders += orders as u64;
        self.same += (orders - differences.len()) as u64;
        for difference in differences {
            if difference.seen_at.is_none() {
                self.missing.add(difference);
            } else {
                self.different_total.add(difference);
            }
        }
    }

    /// Adds orders of the warehouse, and where the shop has them.
    pub(super) fn add_warehouse_orders(
        &mut self,
        orders: impl Iterator<Item = (SeenOrder, Found)>,
    ) {
        for (order, found) in orders {
            self.warehouse_orders += 1;
            match found {
                Found::InRange => {}
                Found::OutsideRange => self.ordered_outside_range += 1,
                Found::Nowhere if order.has_id => self.extra.add(order.into()),
                Found::Nowhere => self.without_id += 1,
            }
        }
    }

    /// With the answer.
    pub(super) const fn concluded(mut self) -> Self {
        self.agree = self.missing.count == 0
            && self.different_total.count == 0
            && self.extra.count == 0
            && self.without_id == 0;
        self
    }
}

impl Differences {
    /// Counts it, and keeps it if it is among the newest.
    fn add(&mut self, difference: Difference) {
        self.count += 1;
        let newer = |row: &Difference| row.place() > difference.place();
        let place = self.rows.partition_point(newer);
        if place < self.limit {
            self.rows.truncate(self.limit - 1);
            self.rows.insert(place, difference);
        }
    }

    /// How many there are besides the rows.
    #[must_use]
    pub fn more(&self) -> u64 {
        self.count - self.rows.len() as u64
    }
}

impl Difference {
    fn place(&self) -> (Option<DateTime<Utc>>, &str) {
        (self.ordered_at.or(self.seen_at), &self.order_id)
    }
}

impl From<SeenOrder> for Difference {
    fn from(order: SeenOrder) -> Self {
        Self {
            order_id: order.order_id,
            ordered_at: None,
            seen_at: Some(order.seen_at),
            shop_total_vnd: None,
            warehouse_total_vnd: order.total_vnd,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn missing(second: i64) -> Difference {
        Difference {
            order_id: second.to_string(),
            ordered_at: DateTime::from_timestamp(second, 0),
            seen_at: None,
            shop_total_vnd: Some(1),
            warehouse_total_vnd: None,
        }
    }

    proptest! {
        #[test]
        fn the_newest_are_named_and_all_are_counted(
            seconds in prop::collection::hash_set(0_i64..1_000, 0..40),
            limit in 0_usize..10,
        ) {
            let mut differences = Differences { limit, ..Differences::default() };
            for second in &seconds {
                differences.add(missing(*second));
            }
            let mut newest: Vec<i64> = seconds.iter().copied().collect();
            newest.sort_unstable_by(|a, b| b.cmp(a));
            newest.truncate(limit);
            prop_assert_eq!(differences.count, seconds.len() as u64);
            prop_assert_eq!(differences.more(), (seconds.len() - newest.len()) as u64);
            prop_assert_eq!(differences.rows, newest.into_iter().map(missing).collect::<Vec<_>>());
        }
    }
}
