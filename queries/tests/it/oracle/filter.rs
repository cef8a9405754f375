//! The one rule: a filter keeps events; every number is a function of those.

use sbw_queries::answers::raw::RawEvent;
use sbw_queries::{Filter, Question};

use super::ids::{login_group, present};
use super::shop::{Fact, Shop, Thing};

/// An event that the filter lets through, with the things it is about that match, and its
/// order's items likewise.
#[derive(Debug)]
pub(crate) struct Filtered<'a> {
    pub(crate) event: &'a RawEvent,
    pub(crate) session: Option<&'a str>,
    pub(crate) about: Vec<&'a Thing<'a>>,
    pub(crate) order: Option<OrderShare>,
}

/// What of an order counts.
#[derive(Debug)]
pub(crate) struct OrderShare {
    /// Its total; with a filter for products, what the matching items cost.
    pub(crate) amount: Option<i128>,
    pub(crate) units: i64,
    pub(crate) inferred: bool,
}

pub(crate) fn filtered<'a>(shop: &'a Shop<'a>, question: &Question) -> Vec<Filtered<'a>> {
    shop.facts
        .iter()
        .filter_map(|fact| filter(fact, question))
        .collect()
}

fn filter<'a>(fact: &'a Fact<'a>, question: &Question) -> Option<Filtered<'a>> {
    let Question { range, filter } = question;
    let event = fact.event;
    let matches = range.from() <= event.event_timestamp
        && event.event_timestamp < range.to()
        && is_login(event, filter)
        && filter
            .event
            .as_ref()
            .is_none_or(|name| *name == event.event_name);
    let by_product = [&filter.category, &filter.brand, &filter.product]
        .iter()
        .any(|part| part.is_some());
    let about: Vec<&Thing<'_>> = fact
        .about
        .iter()
        .filter(|thing| is_thing(thing, filter))
        .collect();
    if !matches || (by_product && about.is_empty()) {
        return None;
    }
    let order = fact.order.as_ref().map(|order| OrderShare {
        amount: if by_product {
            sum(about.iter().map(|item| item.revenue))
        } else {
            order.total
        },
        units: about.iter().map(|item| item.quantity).sum(),
        inferred: order.inferred,
    });
    Some(Filtered {
        event,
        session: fact.session,
        about,
        order,
    })
}

fn is_login(event: &RawEvent, filter: &Filter) -> bool {
    let state = event.user_login_state.as_ref();
    match filter.login.as_deref() {
        None => true,
        Some("unknown") => present(state).is_none(),
        Some("other") => login_group(state) == "other",
        Some(wanted) => state.is_some_and(|state| state == wanted),
    }
}

fn is_thing(thing: &Thing<'_>, filter: &Filter) -> bool {
    let is = |wanted: Option<&String>, value: Option<&str>| match wanted.map(String::as_str) {
        None => true,
        // Products without one; a viewed category is no product.
        Some("UNKNOWN") if value.is_none() => thing.product.is_some(),
        Some(wanted) => value == Some(wanted),
    };
    is(filter.category.as_ref(), thing.category)
        && is(filter.brand.as_ref(), thing.brand)
        && filter
            .product
            .as_ref()
            .is_none_or(|id| thing.id() == Some(id))
}

/// The sum of those that are known, if any is.
pub(crate) fn sum(amounts: impl Iterator<Item = Option<i128>>) -> Option<i128> {
    amounts.flatten().reduce(|one, other| one + other)
}
