//! Answers as rows and columns, under the names that their JSON fields have.

use chrono::{DateTime, SecondsFormat, Utc};
use sbw_queries::answers::events::Events;
use sbw_queries::answers::funnel::{Funnel, StepRow};
use sbw_queries::answers::logins::Logins;
use sbw_queries::answers::overview::{Overview, Totals};
use sbw_queries::answers::pipeline::Pipeline;
use sbw_queries::answers::raw::Raw;
use sbw_queries::answers::timeseries::Timeseries;

use crate::number;
use crate::text::Align;

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Text(String),
    Count(i64),
    Percent(f64),
    Time(DateTime<Utc>),
    Flag(bool),
    None,
}

/// Rows under column names; what has no rows is said above them.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Sheet {
    pub(super) facts: Vec<(&'static str, Cell)>,
    pub(super) columns: Vec<&'static str>,
    pub(super) rows: Vec<Vec<Cell>>,
}

/// An answer that can be laid out.
pub(super) trait ToSheet {
    fn to_sheet(&self) -> Sheet;
}

impl Cell {
    /// For a person.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Count(count) => number::count(*count),
            Self::Percent(percent) => format!("{percent:.1}"),
            Self::Time(time) => time.format("%Y-%m-%d %H:%M:%S").to_string(),
            Self::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
            Self::Text(text) => text.clone(),
            Self::None => String::new(),
        }
    }

    /// For a program: no thousands separators, RFC 3339.
    pub(super) fn plain(&self) -> String {
        match self {
            Self::Count(count) => count.to_string(),
            Self::Percent(percent) => format!("{percent:.1}"),
            Self::Time(time) => time.to_rfc3339_opts(SecondsFormat::AutoSi, true),
            Self::Flag(flag) => flag.to_string(),
            Self::Text(text) => text.clone(),
            Self::None => String::new(),
        }
    }

    fn align(&self) -> Option<Align> {
        match self {
            Self::Count(_) | Self::Percent(_) => Some(Align::Right),
            Self::Text(_) | Self::Time(_) | Self::Flag(_) => Some(Align::Left),
            Self::None => None,
        }
    }
}

impl Sheet {
    /// On which side a column stands: numbers at the right.
    pub(super) fn align(&self, column: usize) -> Align {
        let mut cells = self.rows.iter().filter_map(|row| row.get(column)?.align());
        cells.next().unwrap_or(Align::Left)
    }
}

fn text(value: &str) -> Cell {
    Cell::Text(value.to_owned())
}

fn maybe(value: Option<&String>) -> Cell {
    value.map_or(Cell::None, |value| text(value))
}

fn count(value: Option<i64>) -> Cell {
    value.map_or(Cell::None, Cell::Count)
}

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

fn totals(totals: &Totals) -> [(&'static str, Cell); 14] {
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
            Cell::Percent(checkout_rate_percent),
        ),
        ("converted_sessions", Cell::Count(converted_sessions)),
        (
            "conversion_rate_percent",
            Cell::Percent(conversion_rate_percent),
        ),
        ("abandoned_carts", Cell::Count(abandoned_carts)),
        (
            "cart_abandonment_percent",
            Cell::Percent(cart_abandonment_percent),
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
                Cell::Time(point.t),
                Cell::Count(point.events),
                Cell::Count(point.sessions),
                Cell::Count(point.checkout_completes),
            ]
        });
        Sheet {
            facts: vec![("bucket", text(self.bucket.as_str()))],
            columns: vec!["t", "events", "sessions", "checkout_completes"],
            rows: rows.collect(),
        }
    }
}

impl ToSheet for Events {
    fn to_sheet(&self) -> Sheet {
        let rows = self.rows.iter().map(|row| {
            vec![
                text(&row.event_name),
                Cell::Count(row.events),
                Cell::Percent(row.percent),
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
                Cell::Percent(row.percent),
            ]
        });
        Sheet {
            columns: vec!["user_login_state", "events", "percent"],
            rows: rows.collect(),
            ..Sheet::default()
        }
    }
}

const STEP: [&str; 7] = [
    "step",
    "event_name",
    "sessions",
    "percent_of_first",
    "percent_of_previous",
    "dropped",
    "median_seconds_from_previous",
];

impl ToSheet for Funnel {
    fn to_sheet(&self) -> Sheet {
        match self {
            Self::Rows(rows) => Sheet {
                columns: STEP.to_vec(),
                rows: rows.iter().map(step).collect(),
                ..Sheet::default()
            },
            Self::Groups(groups) => {
                let rows = groups.iter().flat_map(|group| {
                    group.rows.iter().map(|row| {
                        let mut cells = vec![text(&group.name)];
                        cells.extend(step(row));
                        cells
                    })
                });
                let mut columns = vec!["name"];
                columns.extend(STEP);
                Sheet {
                    columns,
                    rows: rows.collect(),
                    ..Sheet::default()
                }
            }
        }
    }
}

fn step(row: &StepRow) -> Vec<Cell> {
    vec![
        Cell::Count(row.step.into()),
        text(&row.event_name),
        Cell::Count(row.sessions),
        Cell::Percent(row.percent_of_first),
        Cell::Percent(row.percent_of_previous),
        Cell::Count(row.dropped),
        count(row.median_seconds_from_previous),
    ]
}

impl ToSheet for Raw {
    fn to_sheet(&self) -> Sheet {
        let rows = self.rows.iter().map(|event| {
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
        });
        Sheet {
            columns: vec![
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
            ],
            rows: rows.collect(),
            ..Sheet::default()
        }
    }
}

impl ToSheet for Pipeline {
    fn to_sheet(&self) -> Sheet {
        let rows = self.runs.iter().map(|run| {
            vec![
                Cell::Time(run.started_at),
                run.finished_at.map_or(Cell::None, Cell::Time),
                text(&run.status),
                Cell::Count(run.objects),
                Cell::Count(run.inserted),
                Cell::Count(run.duplicates),
                Cell::Count(run.rejected),
                maybe(run.error.as_ref()),
            ]
        });
        Sheet {
            facts: vec![
                (
                    "newest_event",
                    self.newest_event.map_or(Cell::None, Cell::Time),
                ),
                ("lag_seconds", count(self.lag_seconds)),
                ("rejects", Cell::Count(self.rejects)),
            ],
            columns: vec![
                "started_at",
                "finished_at",
                "status",
                "objects",
                "inserted",
                "duplicates",
                "rejected",
                "error",
            ],
            rows: rows.collect(),
        }
    }
}
