//! One session, event by event.

use std::fmt::Write as _;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use sbw_queries::Zone;
use sbw_queries::answers::funnel::{ADD_TO_CART_CLICK, CHECKOUT_COMPLETE, CHECKOUT_START};
use sbw_queries::answers::session::SessionEvent;

use super::events::in_full;
use super::pen::Pen;
use super::table::{self, Column, Time, Width};
use crate::app::{Body, SESSION_EVENTS, State};
use crate::layout::{self, EVENT_COLUMNS, WIDE};
use crate::number;
use crate::theme::Look;

/// Draws the timeline, and the event under the cursor in full if that is open.
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, state: &State, look: &Look) {
    let Some(Body::Session(session)) = state.shown().answer().map(|answer| &answer.body) else {
        Pen::new(frame, area, look).say("The session comes as soon as the warehouse answers.");
        return;
    };
    let rows = &session.rows;
    let cursor = &state.place.timeline;
    let open = rows.get(cursor.row()).filter(|_| state.place.event_open);
    let beside = open.is_some() && area.width >= WIDE;
    let left = Rect {
        width: if beside {
            area.width - EVENT_COLUMNS
        } else {
            area.width
        },
        ..area
    };
    let mut pen = Pen::new(frame, left, look);
    if rows.is_empty() {
        pen.say("There is no event of this session.");
        return;
    }
    let words = heading(state, rows);
    pen.put(1, 0, left.width.saturating_sub(2), &words, look.theme.dim);
    let table = layout::below(left, 2);
    let mut pen = pen.within(table);
    let columns = columns(left.width, rows, &state.place.zone);
    let places = table::places(&columns, left.width);
    table::heads(&mut pen, &columns, &places, None);
    let height = layout::list_rows(state);
    let first = cursor.offset(rows.len(), height);
    for ((at, row), y) in rows.iter().enumerate().skip(first).take(height).zip(1..) {
        table::row(&mut pen, y, &columns, &places, row, at == cursor.row());
    }
    if let Some(row) = open {
        let place = if beside {
            Rect {
                x: area.x + left.width,
                width: EVENT_COLUMNS,
                ..area
            }
        } else {
            area
        };
        in_full(frame, place, &row.event, &state.place.zone, look);
    }
}

/// What the timeline is of: all of the session, whatever range and filters say.
fn heading(state: &State, rows: &[SessionEvent]) -> String {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
        return String::new();
    };
    let lasted = last.event.event_timestamp - first.event.event_timestamp;
    let many = number::count(i64::try_from(rows.len()).unwrap_or(i64::MAX));
    let mut words = if rows.len() < SESSION_EVENTS as usize {
        format!(
            "{many} events in {}",
            number::duration(lasted.num_seconds())
        )
    } else {
        format!("The first {many} events; `sbw-tui report session ID --after TIME,ID` goes on")
    };
    let kept = state.place.session.as_ref().and_then(|open| open.kept);
    if let Some(kept) = kept {
        let kept = number::count(kept);
        let _ = write!(words, ", {kept} of them in the range and filters above");
    }
    words
}

fn columns(width: u16, rows: &[SessionEvent], zone: &Zone) -> Vec<Column<SessionEvent>> {
    let mut columns = vec![
        Column::time(
            "time",
            15,
            rows.first().zip(rows.last()),
            Time {
                of: |row| row.event.event_timestamp,
                format: |_| "%d %b %H:%M:%S",
                zone: zone.clone(),
            },
        ),
        Column::number("after", 11, |row, _, look| {
            match row.seconds_since_previous {
                Some(0) => ("0 s".to_owned(), look.theme.dim),
                Some(seconds) => (number::duration(seconds), Style::new()),
                None => ("start".to_owned(), look.theme.title),
            }
        }),
        Column::text("event", Width::Fixed(20), |row, _, look| {
            let name = row.event.event_name.clone();
            let style = match name.as_str() {
                CHECKOUT_COMPLETE => look.theme.good,
                ADD_TO_CART_CLICK | CHECKOUT_START => look.theme.strong,
                _ => Style::new(),
            };
            (name, style)
        }),
        Column::text("product", Width::Fill(14, 46), |row, _, look| {
            let event = &row.event;
            let name = event
                .context_product_name
                .as_ref()
                .filter(|name| !name.is_empty());
            match name.or(event.context_product_id.as_ref()) {
                Some(name) => (name.clone(), Style::new()),
                None => (String::new(), look.theme.dim),
            }
        }),
        Column::number("price", 13, |row, width, look| {
            price(row.event.context_product_price, width, look)
        }),
    ];
    if width >= 140 {
        columns.push(Column::number("discounted", 13, |row, width, look| {
            price(row.event.context_product_discount_price, width, look)
        }));
    }
    if width >= 120 {
        columns.push(Column::text("login", Width::Fixed(10), |row, _, look| {
            let login = row.event.user_login_state.clone();
            (login.unwrap_or_default(), look.theme.dim)
        }));
        columns.push(Column::text("page", Width::Fill(10, 60), |row, _, look| {
            let path = row.event.context_product_url_path.clone();
            (path.unwrap_or_default(), look.theme.dim)
        }));
    }
    columns
}

/// As the event says it, if it does.
fn price(price: Option<i64>, width: u16, look: &Look) -> (String, Style) {
    price.map_or_else(
        || (String::new(), Style::new()),
        |price| table::money(price, width, look),
    )
}
