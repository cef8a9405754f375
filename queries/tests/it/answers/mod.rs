//! Each answer against events made by hand, where the definitions have an edge.

mod all;
mod filter;
mod funnel;
mod lists;
mod overview;
mod pages;
mod pipeline;
mod products;
mod refused;
mod series;
mod session;
mod session_list;
mod visits;
mod week;

use sbw_queries::answers::raw::RawEvent;

/// The event, changed.
fn with(mut event: RawEvent, change: impl FnOnce(&mut RawEvent)) -> RawEvent {
    change(&mut event);
    event
}

/// A column's text.
#[expect(clippy::unnecessary_wraps, reason = "columns are options")]
fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}
