//! A funnel, walked session by session.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use sbw_queries::answers::funnel::{Funnel, FunnelGroup, Segment, StepRow, Steps};
use sbw_queries::answers::raw::RawEvent;

use super::kept::present;
use super::numbers::{count, percent};

pub(crate) fn funnel(kept: &[&RawEvent], steps: &Steps, by: Option<Segment>) -> Funnel {
    let paths = paths(kept, steps);
    let Some(segment) = by else {
        let all: Vec<_> = paths.iter().collect();
        return Funnel::Rows(rows(&all, steps));
    };
    let mut groups: BTreeMap<&str, Vec<&Vec<&RawEvent>>> = BTreeMap::new();
    for path in &paths {
        let value = match segment {
            Segment::Login => path[0].user_login_state.as_ref(),
            Segment::Category => path[0].context_product_category.as_ref(),
            Segment::Brand => path[0].context_product_brand.as_ref(),
        };
        groups
            .entry(present(value).unwrap_or("UNKNOWN"))
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

/// The events that took each session from step to step; sessions that took none are not here.
pub(crate) fn paths<'a>(kept: &[&'a RawEvent], steps: &Steps) -> Vec<Vec<&'a RawEvent>> {
    let mut sessions: BTreeMap<&str, Vec<&RawEvent>> = BTreeMap::new();
    for event in kept {
        if let Some(session) = present(event.session_id.as_ref()) {
            sessions.entry(session).or_default().push(event);
        }
    }
    let walk = |mut events: Vec<&'a RawEvent>| {
        events.sort_by_key(|e| (e.event_timestamp, e.event_id));
        let mut path: Vec<&RawEvent> = Vec::new();
        for name in steps.names() {
            let next = events.iter().find(|event| {
                let after_last = path
                    .last()
                    .is_none_or(|last| event.event_timestamp >= last.event_timestamp);
                let after_namesakes =
                    path.iter()
                        .filter(|used| used.event_name == *name)
                        .all(|used| {
                            (event.event_timestamp, event.event_id)
                                > (used.event_timestamp, used.event_id)
                        });
                event.event_name == *name && after_last && after_namesakes
            });
            match next {
                Some(event) => path.push(event),
                None => break,
            }
        }
        path
    };
    sessions
        .into_values()
        .map(walk)
        .filter(|path| !path.is_empty())
        .collect()
}

fn rows(paths: &[&Vec<&RawEvent>], steps: &Steps) -> Vec<StepRow> {
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
fn median(paths: &[&Vec<&RawEvent>], step: usize) -> Option<i64> {
    let before = step.checked_sub(1)?;
    let mut seconds: Vec<i64> = paths
        .iter()
        .filter(|path| path.len() > step)
        .map(|path| (path[step].event_timestamp - path[before].event_timestamp).num_seconds())
        .collect();
    seconds.sort_unstable();
    seconds.get(seconds.len().checked_sub(1)? / 2).copied()
}
