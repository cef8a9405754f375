//! Counts, shares, series and pages of kept events.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, NaiveDateTime, TimeDelta, Timelike, Utc};
use sbw_queries::Question;
use sbw_queries::answers::events::EventRow;
use sbw_queries::answers::logins::LoginRow;
use sbw_queries::answers::overview::Totals;
use sbw_queries::answers::raw::{Page, RawEvent};
use sbw_queries::answers::timeseries::{Bucket, Point};

use super::kept::{is_product, present};
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

fn saturated(amount: i128) -> i64 {
    i64::try_from(amount).unwrap_or(if amount < 0 { i64::MIN } else { i64::MAX })
}

/// Events of this name.
pub(crate) fn named(events: &[&RawEvent], name: &str) -> i64 {
    count(events.iter().filter(|e| e.event_name == name).count())
}

/// What `checkout_complete` events cost that have a price.
fn prices(events: &[&RawEvent]) -> Vec<i128> {
    events
        .iter()
        .filter(|e| e.event_name == "checkout_complete")
        .filter_map(|e| e.context_product_discount_price.or(e.context_product_price))
        .map(i128::from)
        .collect()
}

pub(crate) fn revenue(events: &[&RawEvent]) -> i64 {
    saturated(prices(events).iter().sum())
}

pub(crate) fn totals(kept: &[&RawEvent]) -> Totals {
    let distinct = |of: fn(&RawEvent) -> Option<&String>| {
        kept.iter()
            .filter_map(|e| present(of(e)))
            .collect::<BTreeSet<_>>()
            .len()
    };
    let sessions_with = |name: &str| -> BTreeSet<&str> {
        let with = kept.iter().filter(|e| e.event_name == name);
        with.filter_map(|e| present(e.session_id.as_ref()))
            .collect()
    };
    let (carted, converted) = (
        sessions_with("add_to_cart_click"),
        sessions_with("checkout_complete"),
    );
    let prices = prices(kept);
    let revenue: i128 = prices.iter().sum();
    let orders = i128::try_from(prices.len()).unwrap();
    let average = if orders == 0 {
        0
    } else {
        revenue.signum() * ((2 * revenue.abs() + orders) / (2 * orders))
    };
    let sessions = count(distinct(|e| e.session_id.as_ref()));
    let abandoned = count(carted.difference(&converted).count());
    Totals {
        total_events: count(kept.len()),
        unique_clients: count(distinct(|e| e.client_id.as_ref())),
        unique_users: count(distinct(|e| e.user_id.as_ref())),
        sessions,
        add_to_cart_clicks: named(kept, "add_to_cart_click"),
        checkout_starts: named(kept, "checkout_start"),
        checkout_completes: named(kept, "checkout_complete"),
        checkout_rate_percent: percent(
            named(kept, "checkout_complete"),
            named(kept, "add_to_cart_click"),
        ),
        converted_sessions: count(converted.len()),
        conversion_rate_percent: percent(count(converted.len()), sessions),
        abandoned_carts: abandoned,
        cart_abandonment_percent: percent(abandoned, count(carted.len())),
        revenue_vnd: saturated(revenue),
        average_order_value_vnd: saturated(average),
    }
}

/// Groups by count descending, then by the bytes of the name.
fn ranked<'a>(names: impl Iterator<Item = Option<&'a str>>) -> Vec<(String, i64)> {
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    for name in names {
        *counts.entry(name.unwrap_or("UNKNOWN")).or_default() += 1;
    }
    let mut ranked: Vec<_> = counts
        .into_iter()
        .map(|(name, n)| (name.to_owned(), n))
        .collect();
    ranked.sort_by_key(|(_, n)| Reverse(*n));
    ranked
}

pub(crate) fn events(kept: &[&RawEvent], limit: u32) -> Vec<EventRow> {
    let names = kept.iter().map(|e| present(Some(&e.event_name)));
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

pub(crate) fn logins(kept: &[&RawEvent]) -> Vec<LoginRow> {
    let states = kept.iter().map(|e| present(e.user_login_state.as_ref()));
    let row = |(user_login_state, events)| LoginRow {
        user_login_state,
        events,
        percent: percent(events, count(kept.len())),
    };
    ranked(states).into_iter().map(row).collect()
}

pub(crate) fn series(
    kept: &[&RawEvent],
    question: &Question,
    bucket: Bucket,
    zone: &FixedZone,
) -> Vec<Point> {
    let (from, to) = (question.range.from(), question.range.to());
    let mut points = Vec::new();
    let mut t = bucket_start(from, bucket, *zone);
    while t < to && from < to {
        let end = t + width(bucket);
        let inside: Vec<_> = kept
            .iter()
            .filter(|e| t <= e.event_timestamp && e.event_timestamp < end)
            .collect();
        let sessions: BTreeSet<_> = inside
            .iter()
            .filter_map(|e| present(e.session_id.as_ref()))
            .collect();
        points.push(Point {
            t,
            events: count(inside.len()),
            sessions: count(sessions.len()),
            checkout_completes: count(
                inside
                    .iter()
                    .filter(|e| e.event_name == "checkout_complete")
                    .count(),
            ),
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

pub(crate) fn newest(kept: &[&RawEvent], page: Page) -> Vec<RawEvent> {
    let mut rows: Vec<RawEvent> = kept
        .iter()
        .filter(|e| !page.products_only || is_product(e))
        .map(|e| (*e).clone())
        .collect();
    rows.sort_by_key(|e| Reverse((e.event_timestamp, e.event_id)));
    rows.truncate(page.limit as usize);
    rows
}
