//! The hours of the calendar that one cell of the heatmap adds up.

use ratatui::Frame;
use ratatui::layout::Rect;
use sbw_queries::Zone;
use sbw_queries::answers::heatmap::CellHour;

use super::activity::{DAYS, clock};
use super::pen::Pen;
use super::table::{self, Column, Time, Width};
use crate::app::{Body, State};
use crate::layout;
use crate::number;
use crate::theme::Look;

struct Line<'a> {
    hour: &'a CellHour,
    most: i64,
}

/// Draws the view.
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, state: &State, look: &Look) {
    let mut pen = Pen::new(frame, area, look);
    let Some(Body::Hours(hours)) = state.shown().answer().map(|answer| &answer.body) else {
        pen.say("The hours come as soon as the warehouse answers.");
        return;
    };
    let cell = state.place.cell;
    let day = DAYS.get(cell.weekday).unwrap_or(&"");
    let words = format!(
        "The hours of {day} {} by the clocks of {}, newest first",
        clock(cell.hour),
        state.place.zone
    );
    pen.put(1, 0, area.width.saturating_sub(2), &words, look.theme.dim);
    if hours.rows.is_empty() {
        pen.say("No event fell into this hour of the week.");
        return;
    }
    let mut pen = pen.within(layout::below(area, 2));
    let most = hours.rows.iter().map(|row| row.events).max().unwrap_or(0);
    let line = |hour| Line { hour, most };
    let ends = hours
        .rows
        .last()
        .map(line)
        .zip(hours.rows.first().map(line));
    let ends = ends.as_ref().map(|(oldest, newest)| (oldest, newest));
    let columns = columns(&state.place.zone, ends);
    let places = table::places(&columns, area.width);
    table::heads(&mut pen, &columns, &places, None);
    let cursor = &state.place.hours;
    let height = layout::list_rows(state);
    let first = cursor.offset(hours.rows.len(), height);
    let rows = hours.rows.iter().enumerate();
    for ((at, hour), y) in rows.skip(first).take(height).zip(1..) {
        table::row(
            &mut pen,
            y,
            &columns,
            &places,
            &line(hour),
            at == cursor.row(),
        );
    }
}

fn columns<'a>(zone: &Zone, ends: Option<(&Line<'a>, &Line<'a>)>) -> Vec<Column<Line<'a>>> {
    vec![
        Column::time(
            "from",
            21,
            ends,
            Time {
                of: |line| line.hour.from,
                format: |_| "%a %d %b %Y %H:%M",
                zone: zone.clone(),
            },
        ),
        Column::time(
            "to",
            6,
            None,
            Time {
                of: |line| line.hour.to,
                format: |_| "%H:%M",
                zone: zone.clone(),
            },
        ),
        Column::number("events", 11, |line, _, look| {
            (number::count(line.hour.events), look.theme.strong)
        }),
        Column::text("", Width::Fill(8, 120), |line, width, look| {
            #[expect(clippy::cast_precision_loss, reason = "a bar has a few dozen steps")]
            table::bar(line.hour.events as f64, line.most as f64, width, look)
        }),
    ]
}
