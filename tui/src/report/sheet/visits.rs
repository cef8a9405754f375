//! Sessions: how far they came, how long they were, and which they were.

use sbw_queries::answers::funnel::{Funnel, StepRow};
use sbw_queries::answers::session_list::SessionList;
use sbw_queries::answers::sessions::Sessions;

use super::{Cell, Sheet, ToSheet, count, maybe, text};

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
        Cell::Decimal(row.percent_of_first),
        Cell::Decimal(row.percent_of_previous),
        Cell::Count(row.dropped),
        count(row.median_seconds_from_previous),
    ]
}

impl ToSheet for Sessions {
    /// The histogram is rows too: a spreadsheet has no place beside them.
    fn to_sheet(&self) -> Sheet {
        // Taken apart in full, so that a new number cannot be forgotten here.
        let Self {
            sessions,
            events_per_session,
            median_duration_seconds,
            p90_duration_seconds,
            engaged,
            bounces,
            bounce_rate_percent,
            new_sessions,
            returning_sessions,
            duration_histogram,
        } = self;
        let numbers = [
            ("sessions", Cell::Count(*sessions)),
            ("events_per_session", Cell::Decimal(*events_per_session)),
            ("median_duration_seconds", count(*median_duration_seconds)),
            ("p90_duration_seconds", count(*p90_duration_seconds)),
            ("engaged", Cell::Count(*engaged)),
            ("bounces", Cell::Count(*bounces)),
            ("bounce_rate_percent", Cell::Decimal(*bounce_rate_percent)),
            ("new_sessions", Cell::Count(*new_sessions)),
            ("returning_sessions", Cell::Count(*returning_sessions)),
        ];
        let numbers = numbers.map(|(name, value)| vec![text(name), value]);
        let classes = duration_histogram.iter().map(|class| {
            let name = format!("duration_histogram {}", class.label);
            vec![Cell::Text(name), Cell::Count(class.sessions)]
        });
        Sheet {
            columns: vec!["number", "value"],
            rows: numbers.into_iter().chain(classes).collect(),
            ..Sheet::default()
        }
    }
}

impl ToSheet for SessionList {
    fn to_sheet(&self) -> Sheet {
        let rows = self.rows.iter().map(|row| {
            vec![
                text(&row.session_id),
                maybe(row.client_id.as_ref()),
                maybe(row.user_id.as_ref()),
                Cell::from(row.started_at),
                Cell::from(row.last_at),
                maybe(row.source.as_ref()),
                maybe(row.device.as_ref()),
                maybe(row.entry_page.as_ref()),
                Cell::Count(row.events),
                Cell::Count(row.product_views),
                Cell::Count(row.add_to_carts),
                Cell::Count(row.checkout_completes),
                Cell::Count(row.orders),
                Cell::Count(row.revenue_vnd),
                Cell::Count(row.furthest_step.into()),
            ]
        });
        Sheet {
            columns: vec![
                "session_id",
                "client_id",
                "user_id",
                "started_at",
                "last_at",
                "source",
                "device",
                "entry_page",
                "events",
                "product_views",
                "add_to_carts",
                "checkout_completes",
                "orders",
                "revenue_vnd",
                "furthest_step",
            ],
            rows: rows.collect(),
            ..Sheet::default()
        }
    }
}
