//! Sessions: in numbers, in a list, and one of them event by event.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use sbw_queries::answers::funnel::Steps;
use sbw_queries::answers::raw::RawEvent;
use sbw_queries::answers::session::SessionEvent;
use sbw_queries::answers::session_list::{AtStep, Outcome, SessionRow};
use sbw_queries::answers::sessions::{DurationClass, Sessions};

use super::filter::Filtered;
use super::funnel::path;
use super::ids::{known_id, present};
use super::numbers::{count, named, orders, percent, revenue, saturated};
use super::shop::{Fact, Shop};
use super::source::source;
use crate::sent::Sent;

/// Each session's filtered events, oldest first.
pub(crate) fn visits<'a>(kept: &'a [Filtered<'a>]) -> BTreeMap<&'a str, Vec<&'a Filtered<'a>>> {
    let mut visits: BTreeMap<&str, Vec<&Filtered<'_>>> = BTreeMap::new();
    for event in kept {
        if let Some(session) = event.session {
            visits.entry(session).or_default().push(event);
        }
    }
    visits
}

pub(crate) fn sessions(kept: &[Filtered<'_>]) -> Sessions {
    let visits = visits(kept);
    let all = count(visits.len());
    let events: usize = visits.values().map(Vec::len).sum();
    let engaged = count(visits.values().filter(|visit| is_engaged(visit)).count());
    let first = |visit: &&Vec<&Filtered<'_>>| {
        let mut events = visit.iter();
        events.any(|kept| kept.event.is_first_visit == Some(true))
    };
    let new = count(visits.values().filter(first).count());
    let mut seconds: Vec<i64> = visits.values().map(|visit| lasted(visit)).collect();
    seconds.sort_unstable();
    Sessions {
        sessions: all,
        events_per_session: percent(count(events), 100 * all),
        median_duration_seconds: tenths(&seconds, 5),
        p90_duration_seconds: tenths(&seconds, 9),
        engaged,
        bounces: all - engaged,
        bounce_rate_percent: percent(all - engaged, all),
        new_sessions: new,
        returning_sessions: all - new,
        duration_histogram: histogram(&seconds),
    }
}

/// Whole seconds from the first to the last event.
fn lasted(visit: &[&Filtered<'_>]) -> i64 {
    let (first, last) = (visit[0].event, visit[visit.len() - 1].event);
    (last.event_timestamp - first.event_timestamp).num_seconds()
}

fn is_engaged(visit: &[&Filtered<'_>]) -> bool {
    lasted(visit) >= 10 || named(visit, "page_view") >= 2 || !orders(visit).is_empty()
}

/// The smallest value that at least so many tenths of all do not exceed.
fn tenths(sorted: &[i64], tenths: usize) -> Option<i64> {
    let not_exceeding = |value: i64| sorted.iter().filter(|other| **other <= value).count();
    sorted
        .iter()
        .copied()
        .find(|value| 10 * not_exceeding(*value) >= tenths * sorted.len())
}

fn histogram(seconds: &[i64]) -> Vec<DurationClass> {
    let class = |second: i64| match second {
        0 => "0 s",
        1..=10 => "1–10 s",
        11..=60 => "11–60 s",
        61..=300 => "1–5 min",
        301..=900 => "5–15 min",
        901..=1_800 => "15–30 min",
        _ => "30+ min",
    };
    [0, 1, 11, 61, 301, 901, 1_801]
        .map(|shortest| DurationClass {
            label: class(shortest).to_owned(),
            sessions: count(
                seconds
                    .iter()
                    .filter(|second| class(**second) == class(shortest))
                    .count(),
            ),
        })
        .to_vec()
}

/// All of the list; a page is a part of it.
pub(crate) fn session_list(
    shop: &Shop<'_>,
    kept: &[Filtered<'_>],
    steps: &Steps,
    at_step: Option<AtStep>,
) -> Vec<SessionRow> {
    let row = |(id, events): (&str, Vec<&Filtered<'_>>)| {
        let last = |of: fn(&RawEvent) -> Option<&String>| {
            let mut known = events
                .iter()
                .rev()
                .filter_map(|kept| known_id(of(kept.event)));
            known.next().map(str::to_owned)
        };
        let orders = orders(&events);
        let context = || of_session(shop, id).map(|sent| &sent.context);
        let page = context().find_map(|context| context.page.as_ref());
        let agent = context().find_map(|context| context.agent.as_ref());
        let walked = path(&events, steps);
        SessionRow {
            session_id: id.to_owned(),
            client_id: last(|event| event.client_id.as_ref()),
            user_id: last(|event| event.user_id.as_ref()),
            source: page.map(source),
            // One that says a page and no user agent has a device that nobody knows.
            device: agent
                .map(|agent| agent.device)
                .or(page.map(|_| "unknown"))
                .map(str::to_owned),
            entry_page: page.map(|page| page.path.to_owned()),
            started_at: events[0].event.event_timestamp,
            last_at: events[events.len() - 1].event.event_timestamp,
            events: count(events.len()),
            product_views: named(&events, "product_view"),
            add_to_carts: named(&events, "add_to_cart_click"),
            checkout_completes: named(&events, "checkout_complete"),
            orders: count(orders.len()),
            revenue_vnd: saturated(revenue(&orders)),
            furthest_step: i32::try_from(walked.len()).unwrap(),
        }
    };
    let mut rows: Vec<SessionRow> = visits(kept)
        .into_iter()
        .map(row)
        .filter(|row| match at_step {
            None => true,
            Some(at) => match at.outcome {
                Outcome::Reached => row.furthest_step >= at.step,
                Outcome::Dropped => row.furthest_step == at.step,
            },
        })
        .collect();
    rows.sort_by_key(|row| Reverse(row.started_at));
    rows
}

/// All events of a session, filtered or not, oldest first.
fn of_session<'a>(shop: &'a Shop<'a>, id: &str) -> impl Iterator<Item = &'a Sent> {
    let of_it = move |fact: &&Fact<'a>| fact.session == Some(id);
    shop.facts.iter().filter(of_it).map(|fact| fact.sent)
}

/// All events of an id, even of one that has too many to be a session.
pub(crate) fn session(shop: &Shop<'_>, id: &str) -> Vec<SessionEvent> {
    let of_it = |event: &&RawEvent| present(event.session_id.as_ref()) == Some(id);
    let events = shop.facts.iter().map(|fact| fact.event);
    let events: Vec<&RawEvent> = events.filter(of_it).collect();
    let before = std::iter::once(None).chain(events.iter().map(|e| Some(e.event_timestamp)));
    events
        .iter()
        .zip(before)
        .map(|(event, before)| SessionEvent {
            event: (*event).clone(),
            seconds_since_previous: before.map(|t| (event.event_timestamp - t).num_seconds()),
        })
        .collect()
}
