//! The shop in numbers, over time and over the week.

use sbw_queries::answers::heatmap::{CellHours, Heatmap, Hour};
use sbw_queries::answers::overview::{Overview, Totals};
use sbw_queries::answers::timeseries::Timeseries;

use super::{Cell, Sheet, ToSheet, text};

impl ToSheet for Overview {
    fn to_sheet(&self) -> Sheet {
        let rows = totals(&self.current)
            .into_iter()
            .zip(totals(&self.previous));
        Sheet {
            columns: vec!["number", "value", "previous"],
            rows: rows
                .map(|((name, now), (_, before))| vec![text(name), now, before])
                .collect(),
            ..Sheet::default()
        }
    }
}

fn totals(totals: &Totals) -> [(&'static str, Cell); 17] {
    // Taken apart in full, so that a new number cannot be forgotten here.
    let Totals {
        total_events,
        unique_clients,
        unique_users,
        sessions,
        add_to_cart_clicks,
        checkout_starts,
        checkout_completes,
        checkout_rate_percent,
        orders,
        orders_inferred,
        units,
        converted_sessions,
        conversion_rate_percent,
        abandoned_carts,
        cart_abandonment_percent,
        revenue_vnd,
        average_order_value_vnd,
    } = *totals;
    [
        ("total_events", Cell::Count(total_events)),
        ("unique_clients", Cell::Count(unique_clients)),
        ("unique_users", Cell::Count(unique_users)),
        ("sessions", Cell::Count(sessions)),
        ("add_to_cart_clicks", Cell::Count(add_to_cart_clicks)),
        ("checkout_starts", Cell::Count(checkout_starts)),
        ("checkout_completes", Cell::Count(checkout_completes)),
        (
            "checkout_rate_percent",
            Cell::Decimal(checkout_rate_percent),
        ),
        ("orders", Cell::Count(orders)),
        ("orders_inferred", Cell::Count(orders_inferred)),
        ("units", Cell::Count(units)),
        ("converted_sessions", Cell::Count(converted_sessions)),
        (
            "conversion_rate_percent",
            Cell::Decimal(conversion_rate_percent),
        ),
        ("abandoned_carts", Cell::Count(abandoned_carts)),
        (
            "cart_abandonment_percent",
            Cell::Decimal(cart_abandonment_percent),
        ),
        ("revenue_vnd", Cell::Count(revenue_vnd)),
        (
            "average_order_value_vnd",
            Cell::Count(average_order_value_vnd),
        ),
    ]
}

impl ToSheet for Timeseries {
    fn to_sheet(&self) -> Sheet {
        let rows = self.points.iter().map(|point| {
            vec![
                Cell::from(point.t),
                Cell::Count(point.events),
                Cell::Count(point.sessions),
                Cell::Count(point.checkout_completes),
                Cell::Count(point.orders),
                Cell::Count(point.revenue_vnd),
            ]
        });
        Sheet {
            facts: vec![("bucket", text(self.bucket.as_str()))],
            columns: vec![
                "t",
                "events",
                "sessions",
                "checkout_completes",
                "orders",
                "revenue_vnd",
            ],
            rows: rows.collect(),
        }
    }
}

const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

const HOURS: [&str; 24] = [
    "00", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15",
    "16", "17", "18", "19", "20", "21", "22", "23",
];

impl ToSheet for Heatmap {
    fn to_sheet(&self) -> Sheet {
        let rows = WEEKDAYS.iter().zip(&self.cells).map(|(weekday, hours)| {
            let mut cells = vec![text(weekday)];
            cells.extend(hours.map(Cell::Count));
            cells
        });
        let mut columns = vec!["weekday"];
        columns.extend(HOURS);
        Sheet {
            facts: vec![("busiest", self.busiest.map_or(Cell::None, busiest))],
            columns,
            rows: rows.collect(),
        }
    }
}

fn busiest(busiest: Hour) -> Cell {
    let weekday = (1..)
        .zip(WEEKDAYS)
        .find_map(|(number, name)| (number == busiest.weekday).then_some(name));
    Cell::Text(format!(
        "{} {:02}:00, {} events",
        weekday.unwrap_or_default(),
        busiest.hour,
        Cell::Count(busiest.events).shown()
    ))
}

impl ToSheet for CellHours {
    fn to_sheet(&self) -> Sheet {
        let rows = self.rows.iter().map(|row| {
            vec![
                Cell::from(row.from),
                Cell::from(row.to),
                Cell::Count(row.events),
            ]
        });
        Sheet {
            columns: vec!["from", "to", "events"],
            rows: rows.collect(),
            ..Sheet::default()
        }
    }
}
