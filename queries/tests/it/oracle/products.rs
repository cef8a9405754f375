//! What was sold: by category, by brand, by product.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use sbw_queries::answers::breakdown::GroupRow;
use sbw_queries::answers::products::ProductRow;
use sbw_queries::answers::raw::RawEvent;

use super::kept::{is_product, present};
use super::numbers::{count, named, percent, revenue};

pub(crate) fn by_category(kept: &[&RawEvent], limit: u32) -> Vec<GroupRow> {
    groups(kept, |e| e.context_product_category.as_ref(), limit)
}

pub(crate) fn by_brand(kept: &[&RawEvent], limit: u32) -> Vec<GroupRow> {
    groups(kept, |e| e.context_product_brand.as_ref(), limit)
}

fn groups(kept: &[&RawEvent], of: fn(&RawEvent) -> Option<&String>, limit: u32) -> Vec<GroupRow> {
    let mut groups: BTreeMap<&str, Vec<&RawEvent>> = BTreeMap::new();
    for event in kept.iter().copied().filter(|event| is_product(event)) {
        let name = present(of(event)).unwrap_or("UNKNOWN");
        groups.entry(name).or_default().push(event);
    }
    let mut rows: Vec<GroupRow> = groups
        .into_iter()
        .map(|(name, events)| GroupRow {
            name: name.to_owned(),
            events: count(events.len()),
            product_views: named(&events, "product_view"),
            add_to_carts: named(&events, "add_to_cart_click"),
            checkout_completes: named(&events, "checkout_complete"),
            revenue_vnd: revenue(&events),
        })
        .collect();
    rows.sort_by_key(|row| Reverse(row.events));
    rows.truncate(limit as usize);
    rows
}

/// A product is known by its id, else by its name.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Product<'a> {
    Id(&'a str),
    Name(&'a str),
}

pub(crate) fn products(kept: &[&RawEvent], limit: u32) -> Vec<ProductRow> {
    let mut products: BTreeMap<Product<'_>, Vec<&RawEvent>> = BTreeMap::new();
    for event in kept {
        let id = present(event.context_product_id.as_ref()).map(Product::Id);
        let name = || present(event.context_product_name.as_ref()).map(Product::Name);
        if let Some(product) = id.or_else(name) {
            products.entry(product).or_default().push(event);
        }
    }
    let mut rows: Vec<ProductRow> = products.values().map(|events| product(events)).collect();
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

fn product(events: &[&RawEvent]) -> ProductRow {
    let latest = events
        .iter()
        .max_by_key(|e| (e.event_timestamp, e.event_id))
        .unwrap();
    let word = |value: Option<&String>| present(value).unwrap_or("UNKNOWN").to_owned();
    let views = named(events, "product_view");
    let carts = named(events, "add_to_cart_click");
    let completes = named(events, "checkout_complete");
    ProductRow {
        product_id: present(latest.context_product_id.as_ref()).map(str::to_owned),
        name: word(latest.context_product_name.as_ref()),
        category: word(latest.context_product_category.as_ref()),
        brand: word(latest.context_product_brand.as_ref()),
        events: count(events.len()),
        product_views: views,
        add_to_carts: carts,
        checkout_completes: completes,
        view_to_cart_percent: percent(carts, views),
        cart_to_checkout_percent: percent(completes, carts),
        revenue_vnd: revenue(events),
    }
}
