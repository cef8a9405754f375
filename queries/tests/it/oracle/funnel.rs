//! A funnel, walked session by session.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use sbw_queries::answers::funnel::{Funnel, FunnelGroup, Segment, StepRow, Steps};
use sbw_queries::answers::raw::RawEvent;

use super::filter::Filtered;
use super::ids::{login_group, present};
use super::numbers::{count, percent};
use super::visits::visits;

/// The events that took a session from step to step.
type Path<'a> = Vec<&'a RawEvent>;

pub(crate) fn funnel(kept: &[Filtered<'_>], steps: &Steps, by: Option<Segment>) -> Funnel {
    let visits = visits(kept);
    let walked = visits.values().map(|visit| path(visit, steps));
    let walked: Vec<Path<'_>> = walked.filter(|path| !path.is_empty()).collect();
    let Some(segment) = by else {
        let all: Vec<_> = walked.iter().collect();
        return Funnel::Rows(rows(&all, steps));
    };
    let mut groups: BTreeMap<&str, Vec<&Path<'_>>> = BTreeMap::new();
    for path in &walked {
        groups
            .entry(group(path[0], segment))
            .or_default()
            .push(path);
    }
    let mut groups: Vec<_> = groups
        .into_iter()
        .map(|(name, paths)| FunnelGroup {
            name: name.to_owned(),
            rows: rows(&paths, steps),
        })
        .collect();
    groups.sort_by_key(|group| Reverse(group.rows[0].sessions));
    Funnel::Groups(groups)
}

/// By the event's own columns, whatever else it is about.
fn group(first: &RawEvent, segment: Segment) -> &str {
    let value = match segment {
        Segment::Login => return login_group(first.user_login_state.as_ref()),
        Segment::Category => first.context_product_category.as_ref(),
        Segment::Brand => first.context_product_brand.as_ref(),
    };
    present(value).unwrap_or("UNKNOWN")
}

/// How far the session's events, oldest first, go along the steps: an event for each step
/// that it reaches. Each is the first at or after the time of the step before; where an
/// earlier step's event fits this step too, it is also later than that by (time, id).
pub(crate) fn path<'a>(visit: &[&'a Filtered<'a>], steps: &Steps) -> Path<'a> {
    let names = |step: usize| -> Vec<&str> { steps.names()[step].split('|').collect() };
    let mut path: Path<'a> = Vec::new();
    for step in 0..steps.names().len() {
        let next = visit.iter().map(|kept| kept.event).find(|event| {
            let after_last = path
                .last()
                .is_none_or(|last| event.event_timestamp >= last.event_timestamp);
            let fits = |event: &RawEvent| names(step).contains(&event.event_name.as_str());
            let mut fitting = path.iter().filter(|used| fits(used));
            let after_fitting = fitting.all(|used| {
                (event.event_timestamp, event.event_id) > (used.event_timestamp, used.event_id)
            });
            fits(event) && after_last && after_fitting
        });
        match next {
            Some(event) => path.push(event),
            None => break,
        }
    }
    path
}

fn rows(paths: &[&Path<'_>], steps: &Steps) -> Vec<StepRow> {
    let reached = |step: usize| count(paths.iter().filter(|path| path.len() > step).count());
    let row = |(step, name): (usize, &String)| {
        let sessions = reached(step);
        let before = if step == 0 {
            sessions
        } else {
            reached(step - 1)
        };
        StepRow {
            step: i32::try_from(step).unwrap() + 1,
            event_name: name.clone(),
            sessions,
            percent_of_first: percent(sessions, reached(0)),
            percent_of_previous: percent(sessions, before),
            dropped: before - sessions,
            median_seconds_from_previous: median(paths, step),
        }
    };
    steps.names().iter().enumerate().map(row).collect()
}

/// The smallest time that at least half of them do not exceed.
fn median(paths: &[&Path<'_>], step: usize) -> Option<i64> {
    let before = step.checked_sub(1)?;
    let mut seconds: Vec<i64> = paths
        .iter()
        .filter(|path| path.len() > step)
        .map(|path| (path[step].event_timestamp - path[before].event_timestamp).num_seconds())
        .collect();
    seconds.sort_unstable();
    seconds.get(seconds.len().checked_sub(1)? / 2).copied()
}
