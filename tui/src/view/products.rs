//! How each product did.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use sbw_queries::answers::products::ProductRow;

use super::pen::Pen;
use super::table::{self, Column, Width};
use super::{cut_off, nothing, searched};
use crate::app::{Body, Column as By, Row, State, arranged};
use crate::layout;
use crate::number::Change;
use crate::theme::Look;

/// A product, what it was before, and the most of what the bars show.
struct Line<'a> {
    row: &'a ProductRow,
    before: Option<&'a ProductRow>,
    bar: f64,
    most: f64,
}

/// Draws the view.
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, state: &State, look: &Look) {
    let mut pen = Pen::new(frame, area, look);
    let Some(answer) = state.shown().answer() else {
        pen.say("The products come as soon as the warehouse answers.");
        return;
    };
    let Body::Products(rows) = &answer.body else {
        return;
    };
    if rows.is_empty() {
        pen.say(&nothing::kept(state));
        return;
    }
    let cursor = &state.place.products;
    let before = match &answer.before {
        Some(Body::Products(before)) => Some(before),
        _ => None,
    };
    let by = cursor.sort.unwrap_or(By::Views);
    let measure = if by == By::Name { By::Views } else { by };
    let bar = |row: &ProductRow| row.value(measure).unwrap_or(0.0);
    let most = rows.iter().map(bar).fold(0.0, f64::max);
    let shown = arranged(rows, cursor);
    if shown.is_empty() {
        searched(&mut pen, &cursor.search, "product");
        return;
    }
    let columns = columns(area.width, before.is_some());
    let places = table::places(&columns, area.width);
    table::heads(&mut pen, &columns, &places, Some((by, cursor.reversed)));
    let height = layout::list(state).rows();
    let first = cursor.offset(shown.len(), height);
    for ((at, row), y) in shown.iter().enumerate().skip(first).take(height).zip(1..) {
        let was = before.and_then(|rows| rows.iter().find(|was| is_same(was, row)));
        let line = Line {
            row,
            before: was,
            bar: bar(row),
            most,
        };
        table::row(&mut pen, y, &columns, &places, &line, at == cursor.row());
    }
    cut_off(&mut pen, rows.len(), shown.len() - first, height);
}

fn is_same(one: &ProductRow, other: &ProductRow) -> bool {
    match (&one.product_id, &other.product_id) {
        (None, None) => one.name == other.name,
        (one, other) => one == other,
    }
}

/// The columns that fit.
fn columns<'a>(width: u16, compared: bool) -> Vec<Column<Line<'a>>> {
    let mut columns = vec![
        Column::text(
            "product",
            if width >= 130 {
                Width::Fill(18, 46)
            } else {
                Width::Fill(18, 32)
            },
            |line: &Line<'_>, _, _| (line.row.name.clone(), Style::new()),
        )
        .by(By::Name),
    ];
    if width >= 130 {
        columns.push(Column::text(
            "category",
            Width::Fixed(11),
            |line, _, look| (line.row.category.clone(), look.theme.dim),
        ));
    }
    if width >= 110 {
        columns.push(Column::text("brand", Width::Fixed(11), |line, _, look| {
            (line.row.brand.clone(), look.theme.dim)
        }));
    }
    columns.push(Column::text("", Width::Fill(6, 40), |line, width, look| {
        table::bar(line.bar, line.most, width, look)
    }));
    columns.push(
        Column::number("views", 7, |line: &Line<'_>, width, look| {
            table::count(line.row.product_views, width, look)
        })
        .by(By::Views),
    );
    if compared {
        columns.push(Column::number("before", 8, |line: &Line<'_>, _, look| {
            let was = line.before.map_or(0, |before| before.product_views);
            table::change(Change::of_counts(line.row.product_views, was), look)
        }));
    }
    columns.push(
        Column::number("carts", 6, |line: &Line<'_>, width, look| {
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
    if !compared || width >= 110 {
        columns.push(
            Column::number("to cart", 7, |line: &Line<'_>, _, look| {
                table::percent(line.row.view_to_cart_percent, look)
            })
            .by(By::ViewToCart),
        );
        columns.push(
            Column::number("to order", 8, |line: &Line<'_>, _, look| {
                table::percent(line.row.cart_to_checkout_percent, look)
            })
            .by(By::CartToOrder),
        );
    }
    columns.push(
        Column::number(
            "revenue",
            if width >= 110 { 17 } else { 9 },
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
    if width >= 150 {
        columns.push(
            Column::number("events", 9, |line: &Line<'_>, width, look| {
                table::count(line.row.events, width, look)
            })
            .by(By::Events),
        );
    }
    columns
}
