//! Sessions: in numbers, in a list, and one of them event by event.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use sbw_queries::answers::funnel::Steps;
use sbw_queries::answers::raw::RawEvent;
use sbw_queries::answers::session::SessionEvent;
use sbw_queries::answers::session_list::{AtStep, Outcome, SessionRow};
use sbw_queries::answers::sessions::{DurationClass, Sessions};

use super::funnel::paths;
use super::kept::present;
use super::numbers::{count, named, percent, revenue};

/// Each session's kept events, oldest first.
fn visits<'a>(kept: &[&'a RawEvent]) -> BTreeMap<&'a str, Vec<&'a RawEvent>> {
    let mut visits: BTreeMap<&str, Vec<&RawEvent>> = BTreeMap::new();
    for event in kept {
        if let Some(session) = present(event.session_id.as_ref()) {
            visits.entry(session).or_default().push(event);
        }
    }
    for events in visits.values_mut() {
        events.sort_by_key(|e| (e.event_timestamp, e.event_id));
    }
    visits
}

pub(crate) fn sessions(kept: &[&RawEvent]) -> Sessions {
    let visits = visits(kept);
    let all = count(visits.len());
    let events: usize = visits.values().map(Vec::len).sum();
    let bounces = count(visits.values().filter(|v| v.len() == 1).count());
    let first = |visit: &&Vec<&RawEvent>| visit.iter().any(|e| e.is_first_visit == Some(true));
    let new = count(visits.values().filter(first).count());
    let mut seconds: Vec<i64> = visits
        .values()
        .map(|v| (v[v.len() - 1].event_timestamp - v[0].event_timestamp).num_seconds())
        .collect();
    seconds.sort_unstable();
    Sessions {
        sessions: all,
        events_per_session: percent(count(events), 100 * all),
        median_duration_seconds: tenths(&seconds, 5),
        p90_duration_seconds: tenths(&seconds, 9),
        bounces,
        bounce_rate_percent: percent(bounces, all),
        new_sessions: new,
        returning_sessions: all - new,
        duration_histogram: histogram(&seconds),
    }
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
    kept: &[&RawEvent],
    steps: &Steps,
    at_step: Option<AtStep>,
) -> Vec<SessionRow> {
    let reached: BTreeMap<&str, usize> = paths(kept, steps)
        .iter()
        .filter_map(|path| Some((present(path[0].session_id.as_ref())?, path.len())))
        .collect();
    let row = |(id, events): (&str, &Vec<&RawEvent>)| {
        let last = |of: fn(&RawEvent) -> Option<&String>| {
            let mut known = events.iter().rev().filter_map(|e| present(of(e)));
            known.next().map(str::to_owned)
        };
        SessionRow {
            session_id: id.to_owned(),
            client_id: last(|e| e.client_id.as_ref()),
            user_id: last(|e| e.user_id.as_ref()),
            started_at: events[0].event_timestamp,
            last_at: events[events.len() - 1].event_timestamp,
            events: count(events.len()),
            product_views: named(events, "product_view"),
            add_to_carts: named(events, "add_to_cart_click"),
            checkout_completes: named(events, "checkout_complete"),
            revenue_vnd: revenue(events),
            furthest_step: reached.get(id).map_or(0, |n| i32::try_from(*n).unwrap()),
        }
    };
    let mut rows: Vec<SessionRow> = visits(kept)
        .iter()
        .map(|(id, events)| row((id, events)))
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

/// Of all events, kept or not.
pub(crate) fn session(all: &[RawEvent], id: &str) -> Vec<SessionEvent> {
    let mut events: Vec<&RawEvent> = all
        .iter()
        .filter(|e| present(e.session_id.as_ref()) == Some(id))
        .collect();
    events.sort_by_key(|e| (e.event_timestamp, e.event_id));
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
