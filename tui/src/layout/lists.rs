//! Where the rows of each view are: for drawing, for moving by screens, for clicks.

use ratatui::layout::Rect;

use super::{areas, wrapped};
use crate::app::{Body, State, View};

/// Rows of a view's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct List {
    /// All of them, without their head.
    pub area: Rect,
    /// Lines of one.
    pub each: u16,
}

impl List {
    /// How many fit, at least one.
    #[must_use]
    pub fn rows(&self) -> usize {
        usize::from(self.area.height / self.each.max(1)).max(1)
    }
}

/// The part of `area` that is left under its first lines.
#[must_use]
pub fn below(area: Rect, lines: u16) -> Rect {
    let lines = lines.min(area.height);
    Rect {
        y: area.y + lines,
        height: area.height - lines,
        ..area
    }
}

/// The first lines of `area`.
#[must_use]
pub fn top(area: Rect, lines: u16) -> Rect {
    Rect {
        height: lines.min(area.height),
        ..area
    }
}

/// `area` without a column at each side.
#[must_use]
pub fn inside(area: Rect) -> Rect {
    Rect {
        x: area.x + 1,
        width: area.width.saturating_sub(2),
        ..area
    }
}

/// How many rows of the open view's list fit.
#[must_use]
pub fn list_rows(state: &State) -> usize {
    list(state).rows()
}

/// The rows of the open view's list.
#[must_use]
pub fn list(state: &State) -> List {
    let body = areas(state).body;
    let one_line = |area| List { area, each: 1 };
    match state.place.view {
        View::Overview => one_line(below(overview(state).events, 1)),
        View::Funnel => steps(state, body),
        View::Categories | View::Brands => groups(state, body),
        View::Sessions => one_line(below(sessions(body).list, 1)),
        View::Products | View::Events => one_line(below(body, 1)),
        View::StepSessions | View::Session | View::Hours => one_line(below(body, 3)),
        View::Activity => List {
            area: activity(body).cells,
            each: activity(body).cell_rows,
        },
        View::Pipeline => one_line(below(pipeline(state).runs, 1)),
    }
}

/// The parts of the overview.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OverviewAreas {
    /// The numbers.
    pub tiles: Rect,
    /// Tiles in a row.
    pub across: u16,
    /// Events over time.
    pub chart: Rect,
    /// The event mix.
    pub events: Rect,
    /// The login states.
    pub logins: Rect,
}

/// Rows of a tile and the gap under it.
const TILE: u16 = 4;

/// Where the parts of the overview are.
#[must_use]
pub fn overview(state: &State) -> OverviewAreas {
    let body = areas(state).body;
    let (across, tile_rows) = match body.width {
        ..110 => (4, 2),
        // The names of tiles are never cut, and revenue only where it must be.
        110..126 => (6, 2),
        126..212 => (7, 2),
        _ => (14, 1),
    };
    let area = inside(body);
    let rest = below(area, tile_rows * TILE);
    let right = (rest.width * 2 / 5).clamp(36, 64).min(rest.width);
    let left = rest.width.saturating_sub(right + 3);
    let beside = Rect {
        x: rest.x + rest.width - right,
        width: right,
        ..rest
    };
    let (events, logins) = match state.shown().answer().map(|answer| &answer.body) {
        Some(Body::Overview(screen)) => (screen.events.rows.len(), screen.logins.rows.len()),
        _ => (10, 5),
    };
    let lines = |rows: usize| u16::try_from(rows).unwrap_or(u16::MAX);
    let logins = lines(logins).clamp(1, 5);
    let events = lines(events)
        .max(1)
        .min(beside.height.saturating_sub(logins + 3))
        .max(1);
    OverviewAreas {
        tiles: top(area, tile_rows * TILE),
        across,
        chart: Rect {
            width: left,
            ..rest
        },
        events: top(beside, events + 1),
        logins: below(beside, events + 2),
    }
}

fn steps(state: &State, body: Rect) -> List {
    let rows = match state.shown().answer().map(|answer| &answer.body) {
        Some(Body::Funnel(sbw_queries::answers::funnel::Funnel::Rows(rows))) => rows.len(),
        Some(Body::Funnel(sbw_queries::answers::funnel::Funnel::Groups(groups))) => {
            let each = if usize::from(body.height) > groups.len() * 2 + 2 {
                2
            } else {
                1
            };
            return List {
                area: below(body, 1),
                each,
            };
        }
        _ => 1,
    };
    let rows = u16::try_from(rows).unwrap_or(u16::MAX).max(1);
    List {
        area: below(body, 2),
        each: (body.height.saturating_sub(4) / rows).clamp(1, 4),
    }
}

/// A row takes more lines where that fills the screen.
fn groups(state: &State, body: Rect) -> List {
    let rows = match state.shown().answer().map(|answer| &answer.body) {
        Some(Body::Groups(rows)) => rows.len().max(1),
        _ => 1,
    };
    let area = below(body, 1);
    let fit = usize::from(area.height) / rows;
    List {
        area,
        each: match fit {
            0 | 1 => 1,
            2 => 2,
            _ => 3,
        },
    }
}

/// The parts of the sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionsAreas {
    /// The numbers.
    pub tiles: Rect,
    /// Sessions over time.
    pub chart: Rect,
    /// The classes of duration.
    pub histogram: Rect,
    /// The newest, with its head.
    pub list: Rect,
}

/// Where the parts of the sessions are.
#[must_use]
pub fn sessions(body: Rect) -> SessionsAreas {
    let area = inside(body);
    let rest = below(area, TILE);
    // Seven classes and a title at least; a third of what a high screen has left.
    let middle = (rest.height / 3).max(8).min(rest.height);
    let upper = top(rest, middle);
    let right = (upper.width * 2 / 5).clamp(34, 60).min(upper.width);
    SessionsAreas {
        tiles: top(area, TILE),
        chart: Rect {
            width: upper.width.saturating_sub(right + 3),
            ..upper
        },
        histogram: Rect {
            x: upper.x + upper.width - right,
            width: right,
            ..upper
        },
        list: below(body, TILE + middle + u16::from(rest.height > middle + 4)),
    }
}

/// The parts of the heatmap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActivityAreas {
    /// What is under the cursor, and the peak.
    pub words: Rect,
    /// The hours.
    pub head: Rect,
    /// The days and their cells.
    pub cells: Rect,
    /// Columns of the days' names.
    pub names: u16,
    /// Columns of a cell.
    pub cell_columns: u16,
    /// Lines of a cell.
    pub cell_rows: u16,
    /// What the shades mean.
    pub legend: Rect,
}

/// Where the parts of the heatmap are.
#[must_use]
pub fn activity(body: Rect) -> ActivityAreas {
    const NAMES: u16 = 5;
    let area = inside(body);
    let cell_columns = (area.width.saturating_sub(NAMES) / 24).clamp(1, 8);
    let cell_rows = (area.height.saturating_sub(6) / 7).clamp(1, 4);
    let grid = below(area, 3);
    let cells = Rect {
        width: (NAMES + cell_columns * 24).min(area.width),
        ..top(below(grid, 1), cell_rows * 7)
    };
    ActivityAreas {
        words: top(area, 2),
        head: top(grid, 1),
        cells,
        names: NAMES,
        cell_columns,
        cell_rows,
        legend: below(
            grid,
            1 + cells.height + u16::from(area.height > 7 * cell_rows + 6),
        ),
    }
}

/// The parts of the pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PipelineAreas {
    /// The numbers.
    pub tiles: Rect,
    /// Rows loaded per run.
    pub bars: Rect,
    /// Why events were rejected; empty when none were.
    pub reasons: Rect,
    /// The runs, with their head.
    pub runs: Rect,
    /// What stopped the run under the cursor.
    pub error: Rect,
    /// The words of that.
    pub error_lines: Vec<String>,
}

/// Where the parts of the pipeline are.
#[must_use]
pub fn pipeline(state: &State) -> PipelineAreas {
    let body = areas(state).body;
    let area = inside(body);
    let answer = state.shown().answer();
    let error = answer
        .and_then(|answer| answer.pipeline.runs.get(state.place.runs.row()))
        .and_then(|run| run.error.as_deref());
    let mut error_lines = error.map_or_else(Vec::new, |error| wrapped(error, area.width));
    error_lines.truncate(3);
    let reasons = match answer.map(|answer| &answer.body) {
        Some(Body::Pipeline(reasons)) => u16::try_from(reasons.len()).unwrap_or(u16::MAX),
        _ => 0,
    };
    let bars = if area.height >= 30 { 5 } else { 2 };
    let middle = below(area, TILE);
    // A narrow screen has the bars above the reasons, a wide one beside them.
    let wide = area.width >= 110;
    let most = if area.height >= 30 { bars } else { 2 };
    let reasons = reasons.min(most);
    let head = u16::from(reasons > 0);
    let error_rows = u16::try_from(error_lines.len()).unwrap_or(0);
    let (bars_area, reasons_area, upper) = if wide {
        let left = area.width / 2;
        let right = Rect {
            x: middle.x + left + 2,
            width: area.width.saturating_sub(left + 2),
            ..middle
        };
        (
            Rect {
                width: if reasons > 0 { left } else { area.width },
                ..top(middle, bars + 1)
            },
            top(right, reasons + head),
            bars + 2,
        )
    } else {
        (
            top(middle, bars + 1),
            top(below(middle, bars + 2), reasons + head),
            bars + 2 + reasons + head + u16::from(reasons > 0),
        )
    };
    let rest = below(body, TILE + upper);
    let runs = top(rest, rest.height.saturating_sub(error_rows));
    PipelineAreas {
        tiles: top(area, TILE),
        bars: bars_area,
        reasons: reasons_area,
        runs,
        error: inside(below(rest, runs.height)),
        error_lines,
    }
}
