//! The mouse: tabs, rows, cells, the wheel.

use ratatui::layout::{Position, Rect};

use super::moving::{shown_names, step};
use super::opening::{enter, go};
use crate::app::action::{Effect, Mouse};
use crate::app::place::Cell;
use crate::app::state::State;
use crate::app::view::View;
use crate::layout;

pub(super) fn pointed(state: &mut State, mouse: Mouse) -> Vec<Effect> {
    match mouse {
        Mouse::Wheel(rows) => step(state, rows),
        Mouse::Click(x, y) if state.overlay.is_none() => return clicked(state, Position { x, y }),
        Mouse::Click(..) => return Vec::new(),
    }
    vec![Effect::Draw]
}

fn clicked(state: &mut State, at: Position) -> Vec<Effect> {
    if layout::is_too_small(state.size) {
        return Vec::new();
    }
    let tab = layout::tabs(state)
        .into_iter()
        .find(|(_, place, _)| place.contains(at));
    if let Some((view, ..)) = tab {
        go(state, view);
        return vec![Effect::Draw];
    }
    match state.place.view {
        View::Overview => in_mix(state, at),
        View::Activity => in_week(state, at),
        _ => in_list(state, at),
    }
}

/// A click selects; a click on what is selected opens it.
fn in_list(state: &mut State, at: Position) -> Vec<Effect> {
    let list = layout::list(state);
    if !list.area.contains(at) {
        return Vec::new();
    }
    let line = usize::from((at.y - list.area.y) / list.each.max(1));
    let height = list.rows();
    match state.place.view {
        View::Events => {
            let pages = &mut state.place.events;
            let row = pages.offset(height) + line;
            if row >= pages.len() {
                return Vec::new();
            }
            if row == pages.cursor() {
                return enter(state);
            }
            pages.go_to(row, height);
        }
        View::Sessions | View::StepSessions => {
            let pages = &mut state.place.sessions;
            let row = pages.offset(height) + line;
            if row >= pages.len() {
                return Vec::new();
            }
            if row == pages.cursor() && state.place.point.is_none() {
                return enter(state);
            }
            pages.go_to(row, height);
            state.place.point = None;
        }
        _ => {
            let names = shown_names(state);
            let Some(table) = state.place.table() else {
                return Vec::new();
            };
            let row = table.offset(names.len(), height) + line;
            return select_or_open(state, row, &names);
        }
    }
    vec![Effect::Draw]
}

fn in_mix(state: &mut State, at: Position) -> Vec<Effect> {
    let areas = layout::overview(state);
    let names = shown_names(state);
    let events = names
        .iter()
        .filter(|name| name.starts_with("event "))
        .count();
    let row = state.place.mix.row();
    let hit = |area: Rect, cursor: Option<usize>| {
        let rows = layout::below(area, 1);
        rows.contains(at).then(|| {
            let first = cursor.map_or(0, |row| (row + 1).saturating_sub(usize::from(rows.height)));
            first + usize::from(at.y - rows.y)
        })
    };
    let in_events = hit(areas.events, Some(row).filter(|row| *row < events));
    let in_logins = hit(areas.logins, row.checked_sub(events)).map(|line| events + line);
    match in_events.filter(|row| *row < events).or(in_logins) {
        Some(row) => select_or_open(state, row, &names),
        None => Vec::new(),
    }
}

fn select_or_open(state: &mut State, row: usize, names: &[String]) -> Vec<Effect> {
    if row >= names.len() {
        return Vec::new();
    }
    let height = layout::list_rows(state);
    let on_chart = state.place.point.take().is_some();
    let Some(table) = state.place.table_mut() else {
        return Vec::new();
    };
    if row == table.row() && !on_chart {
        return enter(state);
    }
    table.select(row, names.len(), height);
    table.call(names.get(row).cloned());
    vec![Effect::Draw]
}

fn in_week(state: &mut State, at: Position) -> Vec<Effect> {
    let areas = layout::activity(layout::areas(state).body);
    let cells = Rect {
        x: areas.cells.x + areas.names,
        width: areas.cells.width.saturating_sub(areas.names),
        ..areas.cells
    };
    if !cells.contains(at) {
        return Vec::new();
    }
    let cell = Cell {
        weekday: usize::from((at.y - cells.y) / areas.cell_rows.max(1)).min(6),
        hour: usize::from((at.x - cells.x) / areas.cell_columns.max(1)).min(23),
    };
    if state.place.cell == cell {
        return enter(state);
    }
    state.place.cell = cell;
    vec![Effect::Draw]
}
