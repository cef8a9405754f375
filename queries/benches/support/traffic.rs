//! What a warehouse is filled with.

use chrono::{DateTime, TimeDelta, Utc};
use sbw_queries::{Filter, TimeRange};

/// A shop and how much goes on in it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Traffic {
    /// About so many events.
    pub(crate) events: i64,
    pub(crate) days: i64,
    pub(crate) products: i64,
    pub(crate) categories: i64,
    /// Event names, 20 at least.
    pub(crate) names: i64,
    /// Events of a session, on average.
    pub(crate) visit: i64,
}

impl Traffic {
    /// The shop of today.
    pub(crate) const fn of(events: i64, days: i64) -> Self {
        Self {
            events,
            days,
            products: 64,
            categories: 6,
            names: 20,
            visit: 12,
        }
    }

    /// A slice of the traffic as SQL; there are `slices`.
    pub(crate) fn slice(&self, slice: i64) -> String {
        let Self {
            events,
            days,
            products,
            categories,
            names,
            visit,
        } = self;
        let slices = self.slices();
        format!(
            "set bench.events = {events}; set bench.days = {days}; set bench.products = {products};
             set bench.categories = {categories}; set bench.names = {names}; set bench.visit = {visit};
             set bench.slice = {slice}; set bench.slices = {slices};
             {}",
            include_str!("../traffic.sql")
        )
    }

    pub(crate) fn slices(&self) -> i64 {
        self.events / 500_000 + 1
    }

    /// The `nth` range of so many days: cut at days, or anywhere.
    pub(crate) fn range(&self, days: i64, nth: u64, at_days: bool) -> TimeRange {
        let nth = i64::try_from(nth).unwrap();
        let from = first_day() + TimeDelta::days((nth * 37) % (self.days - days + 1));
        let from = if at_days {
            from
        } else {
            from + TimeDelta::seconds((nth * 40_503 + 7_919) % 86_400)
        };
        TimeRange::new(from, from + TimeDelta::days(days)).unwrap()
    }
}

pub(crate) fn first_day() -> DateTime<Utc> {
    "2025-12-01T00:00:00Z".parse().unwrap()
}

/// No filter.
pub(crate) fn everything() -> Filter {
    Filter::default()
}

/// Only those who are logged in.
pub(crate) fn logged_in() -> Filter {
    Filter {
        login: Some("logged_in".into()),
        ..Filter::default()
    }
}

pub(crate) fn category(name: &str) -> Filter {
    Filter {
        category: Some(name.into()),
        ..Filter::default()
    }
}

pub(crate) fn brand(name: &str) -> Filter {
    Filter {
        brand: Some(name.into()),
        ..Filter::default()
    }
}

pub(crate) fn product(id: &str) -> Filter {
    Filter {
        product: Some(id.into()),
        ..Filter::default()
    }
}
