//! Where the cursor goes.

use crate::app::event_column::ALL_EVENT_COLUMNS;
use crate::app::export::ExportFormat;
use crate::app::filter_field::FilterField;
use crate::app::palette;
use crate::app::place::{Cell, Place};
use crate::app::rows;
use crate::app::state::{Overlay, State};
use crate::app::subject::{Answer, Body};
use crate::app::view::View;
use crate::layout;
use crate::period::PRESETS;

/// Which end of a list.
#[derive(Clone, Copy)]
pub(super) enum End {
    First,
    Last,
}

/// Which way aside.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

pub(super) fn page(state: &State) -> isize {
    let rows = layout::list_rows(state);
    isize::try_from(rows.saturating_sub(1).max(1)).unwrap_or(1)
}

pub(super) fn step(state: &mut State, rows: isize) {
    if let Some(overlay) = &state.overlay {
        let rows_of_palette = match overlay {
            Overlay::Palette { line, .. } => palette::entries(state, line.text()).len(),
            _ => 0,
        };
        let help_scroll = layout::help_scroll(state);
        if let Some(overlay) = &mut state.overlay {
            step_overlay(overlay, rows, help_scroll, rows_of_palette);
        }
        return;
    }
    let height = layout::list_rows(state);
    match state.place.view {
        View::Events => state.place.events.step(rows, height),
        View::Sessions | View::StepSessions => {
            state.place.point = None;
            state.place.sessions.step(rows, height);
        }
        View::Activity => {
            let cell = &mut state.place.cell;
            cell.weekday = cell.weekday.saturating_add_signed(rows).min(6);
        }
        _ => {
            state.place.point = None;
            let names = shown_names(state);
            if let Some(table) = state.place.table_mut() {
                table.step(rows, names.len(), height);
                table.call(names.get(table.row()).cloned());
            }
        }
    }
}

fn step_overlay(overlay: &mut Overlay, rows: isize, help_scroll: u16, palette: usize) {
    let moved =
        |row: usize, count: usize| row.saturating_add_signed(rows).min(count.saturating_sub(1));
    match overlay {
        Overlay::Help { scroll } => {
            let rows = i16::try_from(rows.clamp(-9_999, 9_999)).unwrap_or(0);
            *scroll = scroll.saturating_add_signed(rows).min(help_scroll);
        }
        Overlay::Ranges { row } => {
            *row = row.saturating_add_signed(rows).min(PRESETS.len());
        }
        Overlay::Export { row } => *row = moved(*row, ExportFormat::ALL.len()),
        Overlay::Columns { row } => *row = moved(*row, ALL_EVENT_COLUMNS.len()),
        Overlay::Filters { row, .. } => *row = moved(*row, FilterField::ALL.len()),
        Overlay::Palette { row, .. } => *row = moved(*row, palette),
        Overlay::Range { .. } | Overlay::Search { .. } | Overlay::Password { .. } => {}
    }
}

pub(super) fn to_end(state: &mut State, end: End) {
    let list = state.overlay.is_none();
    let height = layout::list_rows(state);
    match (state.place.view, end) {
        (View::Events, End::First) if list => state.place.events.go_to_newest(),
        (View::Events, End::Last) if list => state.place.events.go_to_oldest(height),
        (View::Sessions | View::StepSessions, End::First) if list => {
            state.place.sessions.go_to_newest();
        }
        (View::Sessions | View::StepSessions, End::Last) if list => {
            state.place.sessions.go_to_oldest(height);
        }
        (_, End::First) => step(state, isize::MIN / 2),
        (_, End::Last) => step(state, isize::MAX / 2),
    }
}

/// Aside: along a chart, across the heatmap, between those who came and who left.
pub(super) fn aside(state: &mut State, side: Side) {
    match state.place.view {
        View::Overview | View::Sessions => {
            let points = series_points(state);
            let last = points.saturating_sub(1);
            state.place.point = match (state.place.point, side) {
                _ if points == 0 => None,
                // The chart is entered at its newest point; past it is the list again.
                (None, Side::Left) => Some(0),
                (None | Some(0), Side::Right) => None,
                (Some(point), Side::Left) => Some((point + 1).min(last)),
                (Some(point), Side::Right) => Some((point - 1).min(last)),
            };
        }
        View::Activity => {
            let Cell { hour, .. } = &mut state.place.cell;
            *hour = match side {
                Side::Left => hour.saturating_sub(1),
                Side::Right => (*hour + 1).min(23),
            };
        }
        View::Funnel => {
            state.place.dropped = state.place.segment.is_none() && side == Side::Right;
        }
        _ => {}
    }
}

fn series_points(state: &State) -> usize {
    match state.shown().answer().map(|answer| &answer.body) {
        Some(Body::Overview(screen)) => screen.timeseries.points.len(),
        Some(Body::Sessions(screen)) => screen.timeseries.points.len(),
        _ => 0,
    }
}

/// What the rows of the open table are called.
pub(super) fn shown_names(state: &State) -> Vec<String> {
    let Some((answer, table)) = state.shown().answer().zip(state.place.table()) else {
        return Vec::new();
    };
    rows::names(answer, table)
}

/// The answer to the open question came, or is known: keeps the cursors inside of it,
/// each on the row that it was on.
pub(super) fn follow_rows(place: &mut Place, answer: &Answer) {
    if let Some(table) = place.table() {
        let names = rows::names(answer, table);
        if let Some(table) = place.table_mut() {
            table.follow(&names);
            if let Some(name) = names.get(table.row()) {
                table.call(Some(name.clone()));
            }
        }
    }
    let points = match &answer.body {
        Body::Overview(screen) => screen.timeseries.points.len(),
        Body::Sessions(screen) => screen.timeseries.points.len(),
        _ => return,
    };
    place.point = place
        .point
        .filter(|_| points > 0)
        .map(|point| point.min(points.saturating_sub(1)));
}
