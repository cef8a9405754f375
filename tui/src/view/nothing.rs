//! Why a view has nothing to show, in one line.
//!
//! A shop without a visit in an hour, a filter that fits nothing and a warehouse
//! that is being filled for the first time look the same in numbers.

use sbw_queries::answers::pipeline::{Pipeline, Run};
use sbw_queries::filter::Filter;

use crate::app::{Answer, State};
use crate::number;

/// Why no event of the range was kept.
pub(super) fn kept(state: &State) -> String {
    let Some(answer) = state.shown().answer() else {
        return "No events in this range; t asks for others.".to_owned();
    };
    if let Some(why) = nothing_yet(&answer.pipeline) {
        return why;
    }
    if let Some(why) = all_older(answer, state) {
        return why;
    }
    if answer.subject.filter == Filter::default() {
        "No events in this range; t asks for others.".to_owned()
    } else {
        "No event in this range matches; t and l ask for others.".to_owned()
    }
}

/// Why no session came to the first step.
pub(super) fn reached(state: &State) -> String {
    let why = state
        .shown()
        .answer()
        .and_then(|answer| nothing_yet(&answer.pipeline).or_else(|| all_older(answer, state)));
    why.unwrap_or_else(|| "No session in this range came to the first step.".to_owned())
}

/// The warehouse never had an event.
fn nothing_yet(pipeline: &Pipeline) -> Option<String> {
    if pipeline.newest_event.is_some() {
        return None;
    }
    let why = match (&pipeline.last_run, pipeline.runs.len()) {
        (None, _) => "No events yet: `sbw-etl run` loads what is in the bucket.",
        (Some(run), 1) if is_running(run) => "No events yet; the first load is running.",
        (Some(run), _) if is_running(run) => "No events yet; a load is running.",
        (Some(_), _) => "No events yet; 9 shows what became of the loads.",
    };
    Some(why.to_owned())
}

/// The range begins after the newest event.
fn all_older(answer: &Answer, state: &State) -> Option<String> {
    let newest = answer.pipeline.newest_event?;
    if newest >= answer.range.from() {
        return None;
    }
    let newest = number::moment(newest, state.server_now(), &state.place.zone);
    let loading = answer.pipeline.last_run.as_ref().is_some_and(is_running);
    let then = if loading {
        "a load is running"
    } else {
        "t asks for others"
    };
    Some(format!(
        "No events in this range, the newest is of {newest}; {then}."
    ))
}

fn is_running(run: &Run) -> bool {
    run.status == "running"
}
