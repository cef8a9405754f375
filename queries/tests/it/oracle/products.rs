//! What events are about: categories, brands, products.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use sbw_queries::answers::breakdown::GroupRow;
use sbw_queries::answers::products::ProductRow;

use super::filter::{Filtered, sum};
use super::numbers::{count, named, percent, saturated};
use super::shop::Thing;

/// An event, and the things of a group that it is about.
type About<'a> = (&'a Filtered<'a>, Vec<&'a Thing<'a>>);

pub(crate) fn by_category(kept: &[Filtered<'_>], limit: u32) -> Vec<GroupRow> {
    ranked(
        grouped(kept, |thing| Some(thing.category.unwrap_or("UNKNOWN"))),
        limit,
    )
}

/// A viewed category has no brand, not even an unknown one.
pub(crate) fn by_brand(kept: &[Filtered<'_>], limit: u32) -> Vec<GroupRow> {
    let groups = grouped(kept, |thing| {
        thing.product.map(|_| thing.brand.unwrap_or("UNKNOWN"))
    });
    ranked(groups, limit)
}

pub(crate) fn products(kept: &[Filtered<'_>], limit: u32) -> Vec<ProductRow> {
    let groups = grouped(kept, |thing| thing.product);
    let mut rows: Vec<ProductRow> = groups.values().map(|group| product(group)).collect();
    rows.sort_by_key(|row| {
        (
            Reverse(row.product_views),
            Reverse(row.events),
            row.name.clone(),
            row.product_id.clone(),
        )
    });
    rows.truncate(limit as usize);
    rows
}

/// Each event once in every group that it is about.
fn grouped<'a, K: Ord>(
    kept: &'a [Filtered<'a>],
    key: impl Fn(&'a Thing<'a>) -> Option<K>,
) -> BTreeMap<K, Vec<About<'a>>> {
    let mut groups: BTreeMap<K, Vec<About<'a>>> = BTreeMap::new();
    for kept in kept {
        let mut of_event: BTreeMap<K, Vec<&Thing<'_>>> = BTreeMap::new();
        for thing in &kept.about {
            if let Some(key) = key(thing) {
                of_event.entry(key).or_default().push(thing);
            }
        }
        for (key, things) in of_event {
            groups.entry(key).or_default().push((kept, things));
        }
    }
    groups
}

/// What counts of a group.
struct Counts {
    events: i64,
    product_views: i64,
    add_to_carts: i64,
    checkout_completes: i64,
    orders: i64,
    units: i64,
    revenue_vnd: i64,
}

fn counts(group: &[About<'_>]) -> Counts {
    let events: Vec<&Filtered<'_>> = group.iter().map(|(event, _)| *event).collect();
    let ordered = || group.iter().filter(|(event, _)| event.order.is_some());
    let items = || ordered().flat_map(|(_, things)| things);
    Counts {
        events: count(events.len()),
        product_views: named(&events, "product_view"),
        add_to_carts: named(&events, "add_to_cart_click"),
        checkout_completes: named(&events, "checkout_complete"),
        orders: count(ordered().count()),
        units: items().map(|item| item.quantity).sum(),
        revenue_vnd: saturated(sum(items().map(|item| item.revenue)).unwrap_or(0)),
    }
}

fn ranked(groups: BTreeMap<&str, Vec<About<'_>>>, limit: u32) -> Vec<GroupRow> {
    let row = |(name, group): (&str, Vec<About<'_>>)| {
        let counts = counts(&group);
        GroupRow {
            name: name.to_owned(),
            events: counts.events,
            product_views: counts.product_views,
            add_to_carts: counts.add_to_carts,
            checkout_completes: counts.checkout_completes,
            orders: counts.orders,
            units: counts.units,
            revenue_vnd: counts.revenue_vnd,
        }
    };
    let mut rows: Vec<GroupRow> = groups.into_iter().map(row).collect();
    rows.sort_by_key(|row| Reverse(row.events));
    rows.truncate(limit as usize);
    rows
}

/// Called what its latest event calls it.
fn product(group: &[About<'_>]) -> ProductRow {
    let (_, latest) = group
        .iter()
        .max_by_key(|(kept, _)| (kept.event.event_timestamp, kept.event.event_id))
        .unwrap();
    let word = |value: Option<&str>| value.unwrap_or("UNKNOWN").to_owned();
    let counts = counts(group);
    ProductRow {
        product_id: latest[0].id().map(str::to_owned),
        name: word(latest[0].name),
        category: word(latest[0].category),
        brand: word(latest[0].brand),
        events: counts.events,
        product_views: counts.product_views,
        add_to_carts: counts.add_to_carts,
        checkout_completes: counts.checkout_completes,
        orders: counts.orders,
        units: counts.units,
        view_to_cart_percent: percent(counts.add_to_carts, counts.product_views),
        cart_to_checkout_percent: percent(counts.checkout_completes, counts.add_to_carts),
        revenue_vnd: counts.revenue_vnd,
    }
}
