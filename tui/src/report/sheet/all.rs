//! Every view, one sheet each.

use sbw_queries::Answer;
use sbw_queries::answers::all::All;

use super::{Sheet, ToSheet};

/// A view that can be laid out, and its name.
fn section<T: Answer + ToSheet>(answer: &T) -> (&'static str, Sheet) {
    (T::VIEW, answer.to_sheet())
}

/// The views by name, in the order of the document.
pub(in crate::report) fn sections(all: &All) -> Vec<(&'static str, Sheet)> {
    // Taken apart in full, so that a new view cannot be forgotten here.
    let All {
        overview,
        timeseries,
        events,
        logins,
        categories,
        brands,
        products,
        funnel,
        sessions,
        heatmap,
        session_list,
        raw,
        pipeline,
    } = all;
    vec![
        section(overview),
        section(timeseries),
        section(events),
        section(logins),
        section(categories),
        section(brands),
        section(products),
        section(funnel),
        section(sessions),
        section(heatmap),
        section(session_list),
        section(raw),
        section(pipeline),
    ]
}
