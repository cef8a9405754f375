//! How each category, or each brand, did: bars and a table in one.

use ratatui::Frame;
use ratatui::layout::Rect;
use sbw_queries::answers::breakdown::GroupRow;

use super::pen::Pen;
use super::table::{self, Column, Width};
use super::{bar, cut_off, nothing, searched};
use crate::app::{Body, Column as By, Row, State, View, arranged};
use crate::layout;
use crate::number::Change;
use crate::theme::Look;

/// A group, what it was before, and the most of what the bars show.
struct Line<'a> {
    row: &'a GroupRow,
    before: Option<&'a GroupRow>,
    bar: f64,
    most: f64,
}

/// Draws the view.
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, state: &State, look: &Look) {
    let mut pen = Pen::new(frame, area, look);
    let (one, many) = match state.place.view {
        View::Categories => ("category", "categories"),
        _ => ("brand", "brands"),
    };
    let Some(answer) = state.shown().answer() else {
        pen.say(&format!(
            "The {many} come as soon as the warehouse answers."
        ));
        return;
    };
    let (Body::Groups(rows), Some(cursor)) = (&answer.body, state.place.table()) else {
        return;
    };
    if rows.is_empty() {
        pen.say(&nothing::kept(state));
        return;
    }
    let before = match &answer.before {
        Some(Body::Groups(before)) => Some(before),
        _ => None,
    };
    let by = cursor.sort.unwrap_or(By::Events);
    let measure = if by == By::Name { By::Events } else { by };
    let measured = |row: &GroupRow| row.value(measure).unwrap_or(0.0);
    let most = rows.iter().map(measured).fold(0.0, f64::max);
    let shown = arranged(rows, cursor);
    if shown.is_empty() {
        searched(&mut pen, &cursor.search, one);
        return;
    }
    let list = layout::list(state);
    let columns = columns(one, area.width, list.each == 1, before.is_some());
    let places = table::places(&columns, area.width);
    table::heads(&mut pen, &columns, &places, Some((by, cursor.reversed)));
    let height = list.rows();
    let first = cursor.offset(shown.len(), height);
    for ((at, row), index) in shown
        .iter()
        .enumerate()
        .skip(first)
        .take(height)
        .zip(0_u16..)
    {
        let y = 1 + index * list.each;
        let line = Line {
            row,
            before: before.and_then(|rows| rows.iter().find(|was| was.name == row.name)),
            bar: measured(row),
            most,
        };
        table::row(&mut pen, y, &columns, &places, &line, at == cursor.row());
        if list.each > 1 {
            let width = area.width.saturating_sub(2);
            let drawn = bar::lying(line.bar, most, width, &look.glyphs);
            pen.put(1, y + 1, width, &drawn, look.theme.series);
        }
    }
    cut_off(&mut pen, rows.len(), shown.len() - first, height);
}

/// The columns that fit; the bar stands among them where a row has one line.
fn columns<'a>(one: &'static str, width: u16, bars: bool, compared: bool) -> Vec<Column<Line<'a>>> {
    let name = if bars {
        Width::Fill(16, 30)
    } else {
        Width::Fill(16, u16::MAX)
    };
    let mut columns = vec![
        Column::text(one, name, |line: &Line<'_>, _, look| {
            (line.row.name.clone(), look.theme.strong)
        })
        .by(By::Name),
    ];
    if bars {
        columns.push(Column::text(
            "",
            Width::Fill(6, 120),
            |line, width, look| table::bar(line.bar, line.most, width, look),
        ));
    }
    columns.push(
        Column::number("events", 9, |line: &Line<'_>, width, look| {
            table::count(line.row.events, width, look)
        })
        .by(By::Events),
    );
    if compared {
        columns.push(Column::number("before", 8, |line: &Line<'_>, _, look| {
            let was = line.before.map_or(0, |before| before.events);
            table::change(Change::of_counts(line.row.events, was), look)
        }));
    }
    columns.push(
        Column::number("views", 8, |line: &Line<'_>, width, look| {
            table::count(line.row.product_views, width, look)
        })
        .by(By::Views),
    );
    columns.push(
        Column::number("carts", 7, |line: &Line<'_>, width, look| {
            table::count(line.row.add_to_carts, width, look)
        })
        .by(By::Carts),
    );
    columns.push(
        Column::number("orders", 7, |line: &Line<'_>, width, look| {
            table::count(line.row.orders, width, look)
        })
        .by(By::Orders),
    );
    if width >= 100 {
        columns.push(
            Column::number("units", 7, |line: &Line<'_>, width, look| {
                table::count(line.row.units, width, look)
            })
            .by(By::Units),
        );
    }
    columns.push(
        Column::number(
            "revenue",
            if width >= 100 { 18 } else { 10 },
            |line: &Line<'_>, width, look| table::money(line.row.revenue_vnd, width, look),
        )
        .by(By::Revenue),
    );
    if compared {
        columns.push(Column::number("before", 8, |line: &Line<'_>, _, look| {
            let was = line.before.map_or(0, |before| before.revenue_vnd);
            table::change(Change::of_counts(line.row.revenue_vnd, was), look)
        }));
    }
    columns
}
