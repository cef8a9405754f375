//! Counts, shares, series and pages of filtered events.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, NaiveDateTime, TimeDelta, Timelike, Utc};
use sbw_queries::Question;
use sbw_queries::answers::events::EventRow;
use sbw_queries::answers::logins::LoginRow;
use sbw_queries::answers::overview::Totals;
use sbw_queries::answers::raw::{Page, RawEvent};
use sbw_queries::answers::timeseries::{Bucket, Point};

use super::filter::{Filtered, OrderShare};
use super::ids::{known_id, login_group, present};
use super::shop::own_product;
use super::traffic::FixedZone;

pub(crate) fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap()
}

/// Half away from zero, to one decimal.
#[expect(clippy::cast_precision_loss, reason = "the traffic is small")]
pub(crate) fn percent(part: i64, whole: i64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        ((2_000 * part + whole) / (2 * whole)) as f64 / 10.0
    }
}

pub(crate) fn saturated(amount: i128) -> i64 {
    i64::try_from(amount).unwrap_or(if amount < 0 { i64::MIN } else { i64::MAX })
}

/// Events of this name.
pub(crate) fn named(events: &[&Filtered<'_>], name: &str) -> i64 {
    let of_name = |kept: &&&Filtered<'_>| kept.event.event_name == name;
    count(events.iter().filter(of_name).count())
}

/// The orders among them.
pub(crate) fn orders<'a>(events: &'a [&Filtered<'_>]) -> Vec<&'a OrderShare> {
    events
        .iter()
        .filter_map(|kept| kept.order.as_ref())
        .collect()
}

pub(crate) fn revenue(orders: &[&OrderShare]) -> i128 {
    orders.iter().filter_map(|order| order.amount).sum()
}

pub(crate) fn totals(kept: &[Filtered<'_>]) -> Totals {
    let all: Vec<&Filtered<'_>> = kept.iter().collect();
    let distinct = |of: fn(&RawEvent) -> Option<&String>| {
        let ids = kept.iter().filter_map(|kept| known_id(of(kept.event)));
        count(ids.collect::<BTreeSet<_>>().len())
    };
    let sessions_with = |has: fn(&Filtered<'_>) -> bool| -> BTreeSet<&str> {
        let with = kept.iter().filter(|kept| has(kept));
        with.filter_map(|kept| kept.session).collect()
    };
    let carted = sessions_with(|kept| kept.event.event_name == "add_to_cart_click");
    let checked_out = sessions_with(|kept| kept.event.event_name == "checkout_complete");
    let converted = sessions_with(|kept| kept.order.is_some());
    let orders = orders(&all);
    let revenue = revenue(&orders);
    let with_amount = orders.iter().filter(|order| order.amount.is_some());
    let with_amount = i128::try_from(with_amount.count()).unwrap();
    let average = if with_amount == 0 {
        0
    } else {
        revenue.signum() * ((2 * revenue.abs() + with_amount) / (2 * with_amount))
    };
    let sessions = count(sessions_with(|_| true).len());
    let abandoned = count(carted.difference(&checked_out).count());
    let (carts, completes) = (
        named(&all, "add_to_cart_click"),
        named(&all, "checkout_complete"),
    );
    Totals {
        total_events: count(kept.len()),
        unique_clients: distinct(|event| event.client_id.as_ref()),
        unique_users: distinct(|event| event.user_id.as_ref()),
        sessions,
        add_to_cart_clicks: carts,
        checkout_starts: named(&all, "checkout_start"),
        checkout_completes: completes,
        checkout_rate_percent: percent(completes, carts),
        orders: count(orders.len()),
        orders_inferred: count(orders.iter().filter(|order| order.inferred).count()),
        units: orders.iter().map(|order| order.units).sum(),
        converted_sessions: count(converted.len()),
        conversion_rate_percent: percent(count(converted.len()), sessions),
        abandoned_carts: abandoned,
        cart_abandonment_percent: percent(abandoned, count(carted.len())),
        revenue_vnd: saturated(revenue),
        average_order_value_vnd: saturated(average),
    }
}

/// Groups by count descending, then by the bytes of the name.
fn ranked<'a>(names: impl Iterator<Item = &'a str>) -> Vec<(String, i64)> {
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    let mut ranked: Vec<_> = counts
        .into_iter()
        .map(|(name, n)| (name.to_owned(), n))
        .collect();
    ranked.sort_by_key(|(_, n)| Reverse(*n));
    ranked
}

pub(crate) fn events(kept: &[Filtered<'_>], limit: u32) -> Vec<EventRow> {
    let names = kept
        .iter()
        .map(|kept| present(Some(&kept.event.event_name)).unwrap_or("UNKNOWN"));
    let row = |(event_name, events)| EventRow {
        event_name,
        events,
        percent: percent(events, count(kept.len())),
    };
    ranked(names)
        .into_iter()
        .take(limit as usize)
        .map(row)
        .collect()
}

pub(crate) fn logins(kept: &[Filtered<'_>]) -> Vec<LoginRow> {
    let states = kept
        .iter()
        .map(|kept| login_group(kept.event.user_login_state.as_ref()));
    let row = |(user_login_state, events)| LoginRow {
        user_login_state,
        events,
        percent: percent(events, count(kept.len())),
    };
    ranked(states).into_iter().map(row).collect()
}

pub(crate) fn series(
    kept: &[Filtered<'_>],
    question: &Question,
    bucket: Bucket,
    zone: FixedZone,
) -> Vec<Point> {
    let (from, to) = (question.range.from(), question.range.to());
    let mut points = Vec::new();
    let mut t = bucket_start(from, bucket, zone);
    while t < to && from < to {
        let end = t + width(bucket);
        let inside: Vec<&Filtered<'_>> = kept
            .iter()
            .filter(|kept| t <= kept.event.event_timestamp && kept.event.event_timestamp < end)
            .collect();
        let sessions: BTreeSet<_> = inside.iter().filter_map(|kept| kept.session).collect();
        let orders = orders(&inside);
        points.push(Point {
            t,
            events: count(inside.len()),
            sessions: count(sessions.len()),
            checkout_completes: named(&inside, "checkout_complete"),
            orders: count(orders.len()),
            revenue_vnd: saturated(revenue(&orders)),
        });
        t = end;
    }
    points
}

fn width(bucket: Bucket) -> TimeDelta {
    match bucket {
        Bucket::Minute => TimeDelta::minutes(1),
        Bucket::Hour => TimeDelta::hours(1),
        Bucket::Day => TimeDelta::days(1),
        Bucket::Week => TimeDelta::weeks(1),
    }
}

fn bucket_start(instant: DateTime<Utc>, bucket: Bucket, zone: FixedZone) -> DateTime<Utc> {
    let local: NaiveDateTime = instant.naive_utc() + zone.offset();
    let day = local.date();
    let start = match bucket {
        Bucket::Minute => day.and_hms_opt(local.hour(), local.minute(), 0),
        Bucket::Hour => day.and_hms_opt(local.hour(), 0, 0),
        Bucket::Day => day.and_hms_opt(0, 0, 0),
        Bucket::Week => (day - TimeDelta::days(i64::from(day.weekday().num_days_from_monday())))
            .and_hms_opt(0, 0, 0),
    };
    (start.unwrap() - zone.offset()).and_utc()
}

pub(crate) fn newest(kept: &[Filtered<'_>], page: Page) -> Vec<RawEvent> {
    let mut rows: Vec<RawEvent> = kept
        .iter()
        .map(|kept| kept.event)
        .filter(|event| !page.products_only || own_product(event).is_some())
        .cloned()
        .collect();
    rows.sort_by_key(|event| Reverse((event.event_timestamp, event.event_id)));
    rows.truncate(page.limit as usize);
    rows
}
