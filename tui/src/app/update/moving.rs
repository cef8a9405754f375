//! Where the cursor goes.

use crate::app::place::View;
use crate::app::state::{Overlay, State};
use crate::app::subject::Body;
use crate::layout;
use crate::period::PRESETS;

/// Which end of a list.
#[derive(Clone, Copy)]
pub(super) enum End {
    First,
    Last,
}

pub(super) fn page(state: &State) -> isize {
    let rows = match state.place.view {
        View::Events => layout::event_rows(state),
        _ => layout::body_rows(state) / 2,
    };
    isize::try_from(rows.saturating_sub(1).max(1)).unwrap_or(1)
}

pub(super) fn step(state: &mut State, rows: isize) {
    if let Some(overlay) = &mut state.overlay {
        match overlay {
            Overlay::Help { scroll } => {
                let rows = i16::try_from(rows).unwrap_or(i16::MAX);
                *scroll = scroll
                    .saturating_add_signed(rows)
                    .min(layout::help_scroll(state.size));
            }
            Overlay::Ranges { row } => {
                *row = row.saturating_add_signed(rows).min(PRESETS.len());
            }
            Overlay::Range { .. } | Overlay::Password { .. } => {}
        }
        return;
    }
    let last = last_row(state);
    match state.place.view {
        View::Overview => {
            let row = &mut state.place.event_row;
            *row = row.saturating_add_signed(rows).min(last);
        }
        View::Pipeline => {
            let row = &mut state.place.run_row;
            *row = row.saturating_add_signed(rows).min(last);
        }
        View::Events => {
            let height = layout::event_rows(state);
            state.place.events.step(rows, height);
        }
        View::Funnel => {}
    }
}

pub(super) fn to_end(state: &mut State, end: End) {
    if state.overlay.is_none() && state.place.view == View::Events {
        let height = layout::event_rows(state);
        match end {
            End::First => state.place.events.go_to_newest(),
            End::Last => state.place.events.go_to_oldest(height),
        }
        return;
    }
    step(
        state,
        match end {
            End::First => isize::MIN / 2,
            End::Last => isize::MAX / 2,
        },
    );
}

/// The last row that the cursor of the open view can be on.
pub(super) fn last_row(state: &State) -> usize {
    let rows = match state
        .shown()
        .answer()
        .map(|answer| (&answer.body, &answer.pipeline))
    {
        Some((Body::Overview(screen), _)) => screen.events.rows.len(),
        Some((Body::Pipeline, pipeline)) => pipeline.runs.len(),
        _ => 0,
    };
    rows.saturating_sub(1)
}

pub(super) fn clamp_cursors(state: &mut State) {
    let last = last_row(state);
    match state.place.view {
        View::Overview => state.place.event_row = state.place.event_row.min(last),
        View::Pipeline => state.place.run_row = state.place.run_row.min(last),
        View::Funnel | View::Events => {}
    }
}
