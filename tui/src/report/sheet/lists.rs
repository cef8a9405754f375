//! Ranked lists: of events, login states and goods.

use sbw_queries::answers::breakdown::{Brands, Categories, GroupRow};
use sbw_queries::answers::events::Events;
use sbw_queries::answers::logins::Logins;
use sbw_queries::answers::products::Products;

use super::{Cell, Sheet, ToSheet, maybe, text};

impl ToSheet for Events {
    fn to_sheet(&self) -> Sheet {
        let rows = self.rows.iter().map(|row| {
            vec![
                text(&row.event_name),
                Cell::Count(row.events),
                Cell::Decimal(row.percent),
            ]
        });
        Sheet {
            columns: vec!["event_name", "events", "percent"],
            rows: rows.collect(),
            ..Sheet::default()
        }
    }
}

impl ToSheet for Logins {
    fn to_sheet(&self) -> Sheet {
        let rows = self.rows.iter().map(|row| {
            vec![
                text(&row.user_login_state),
                Cell::Count(row.events),
                Cell::Decimal(row.percent),
            ]
        });
        Sheet {
            columns: vec!["user_login_state", "events", "percent"],
            rows: rows.collect(),
            ..Sheet::default()
        }
    }
}

impl ToSheet for Categories {
    fn to_sheet(&self) -> Sheet {
        groups(&self.rows)
    }
}

impl ToSheet for Brands {
    fn to_sheet(&self) -> Sheet {
        groups(&self.rows)
    }
}

fn groups(rows: &[GroupRow]) -> Sheet {
    let rows = rows.iter().map(|row| {
        vec![
            text(&row.name),
            Cell::Count(row.events),
            Cell::Count(row.product_views),
            Cell::Count(row.add_to_carts),
            Cell::Count(row.checkout_completes),
            Cell::Count(row.orders),
            Cell::Count(row.units),
            Cell::Count(row.revenue_vnd),
        ]
    });
    Sheet {
        columns: vec![
            "name",
            "events",
            "product_views",
            "add_to_carts",
            "checkout_completes",
            "orders",
            "units",
            "revenue_vnd",
        ],
        rows: rows.collect(),
        ..Sheet::default()
    }
}

impl ToSheet for Products {
    fn to_sheet(&self) -> Sheet {
        let rows = self.rows.iter().map(|row| {
            vec![
                maybe(row.product_id.as_ref()),
                text(&row.name),
                text(&row.category),
                text(&row.brand),
                Cell::Count(row.events),
                Cell::Count(row.product_views),
                Cell::Count(row.add_to_carts),
                Cell::Count(row.checkout_completes),
                Cell::Count(row.orders),
                Cell::Count(row.units),
                Cell::Decimal(row.view_to_cart_percent),
                Cell::Decimal(row.cart_to_checkout_percent),
                Cell::Count(row.revenue_vnd),
            ]
        });
        Sheet {
            columns: vec![
                "product_id",
                "name",
                "category",
                "brand",
                "events",
                "product_views",
                "add_to_carts",
                "checkout_completes",
                "orders",
                "units",
                "view_to_cart_percent",
                "cart_to_checkout_percent",
                "revenue_vnd",
            ],
            rows: rows.collect(),
            ..Sheet::default()
        }
    }
}
