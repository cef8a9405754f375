//! Sessions, the newest start first: all of them, or those of a step of the funnel.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use sbw_queries::answers::funnel::STANDARD_STEPS;
use sbw_queries::answers::session_list::{Outcome, SessionRow};

use super::pen::Pen;
use super::table::{self, Column, Time, Width};
use crate::app::{Body, State};
use crate::layout;
use crate::number;
use crate::theme::Look;

/// Draws the sessions of a step.
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, state: &State, look: &Look) {
    let mut pen = Pen::new(frame, area, look);
    let answer = state.shown().answer();
    let (Some(Body::StepSessions(screen)), Some(at)) =
        (answer.map(|answer| &answer.body), state.place.at_step)
    else {
        pen.say("The sessions come as soon as the warehouse answers.");
        return;
    };
    let name = |step: i32| {
        let step = screen.steps.iter().find(|row| row.step == step);
        step.map_or("", |row| row.event_name.as_str())
    };
    let count = number::count(screen.count(at));
    let words = match at.outcome {
        Outcome::Reached => format!("sessions reached step {} {}", at.step, name(at.step)),
        Outcome::Dropped => format!(
            "sessions reached step {} {} and not {}",
            at.step,
            name(at.step),
            name(at.step + 1)
        ),
    };
    let theme = look.theme;
    pen.put_all(
        1,
        0,
        area.width.saturating_sub(2),
        &[
            (&count, theme.strong),
            (" ", theme.dim),
            (&words, theme.dim),
        ],
    );
    rows(&mut pen.within(layout::below(area, 2)), state);
}

/// Draws the list, its head first.
pub(super) fn rows(pen: &mut Pen<'_>, state: &State) {
    let area = pen.area();
    let list = &state.place.sessions;
    let columns = columns(area.width, state);
    let places = table::places(&columns, area.width);
    table::heads(pen, &columns, &places, None);
    let height = layout::list_rows(state);
    let first = list.offset(height);
    for (row, index) in list.rows_from(first).take(height).zip(0_u16..) {
        // With the cursor on the chart, none of the rows has it.
        let chosen = first + usize::from(index) == list.cursor() && state.place.point.is_none();
        table::row(pen, index + 1, &columns, &places, row, chosen);
    }
    let shown = list.len().saturating_sub(first);
    if list.ended() && shown < height {
        let y = u16::try_from(shown + 1).unwrap_or(u16::MAX);
        pen.put(
            1,
            y,
            44,
            "no older session in this range",
            pen.look.theme.dim,
        );
    }
}

/// The columns that fit. Where a session came from matters before what it is called, and
/// seconds matter least: they are in its timeline.
fn columns(width: u16, state: &State) -> Vec<Column<SessionRow>> {
    let list = &state.place.sessions;
    let wide = width >= 120;
    let narrow = width < 100;
    let started = match width {
        ..100 => 12,
        100..120 => 15,
        120.. => 19,
    };
    let mut columns = vec![
        Column::time(
            "started",
            started,
            list.rows_from(0).last().zip(list.rows_from(0).next()),
            Time {
                of: |row| row.started_at,
                format: |width| match width {
                    ..15 => "%d %b %H:%M",
                    15..19 => "%d %b %H:%M:%S",
                    19.. => "%Y-%m-%d %H:%M:%S",
                },
                zone: state.place.zone.clone(),
            },
        ),
        Column::number("lasted", 11, |row, _, _| {
            let lasted = (row.last_at - row.started_at).num_seconds();
            (number::duration(lasted), Style::new())
        }),
        Column::text(
            "source",
            if wide {
                Width::Fixed(14)
            } else {
                Width::Fill(8, 12)
            },
            |row, _, look| or_none(row.source.as_deref(), look),
        ),
    ];
    if wide {
        columns.push(Column::text("device", Width::Fixed(8), |row, _, look| {
            or_none(row.device.as_deref(), look)
        }));
    }
    if width >= 135 {
        columns.push(Column::text(
            "entry page",
            Width::Fill(16, 28),
            |row, _, look| or_none(row.entry_page.as_deref(), look),
        ));
    }
    columns.push(Column::number(
        "events",
        if narrow { 6 } else { 7 },
        |row, width, look| table::count(row.events, width, look),
    ));
    if width >= 170 {
        columns.push(Column::number("views", 6, |row, width, look| {
            table::count(row.product_views, width, look)
        }));
        columns.push(Column::number("carts", 6, |row, width, look| {
            table::count(row.add_to_carts, width, look)
        }));
    }
    if !narrow {
        columns.push(Column::number("orders", 7, |row, width, look| {
            table::count(row.orders, width, look)
        }));
    }
    columns.push(Column::number(
        "revenue",
        match width {
            ..100 => 9,
            100..120 => 10,
            120.. => 15,
        },
        |row, width, look| table::money(row.revenue_vnd, width, look),
    ));
    columns.push(Column::text("came to", Width::Fixed(17), |row, _, look| {
        let step = usize::try_from(row.furthest_step).unwrap_or(0);
        match step.checked_sub(1).and_then(|at| STANDARD_STEPS.get(at)) {
            Some(name) => ((*name).to_owned(), Style::new()),
            None => (look.glyphs.none.to_owned(), look.theme.dim),
        }
    }));
    if width >= 195 {
        columns.push(Column::text("client", Width::Fixed(16), |row, _, look| {
            or_none(row.client_id.as_deref(), look)
        }));
    }
    if width >= 175 {
        columns.push(Column::text("user", Width::Fixed(14), |row, _, look| {
            or_none(row.user_id.as_deref(), look)
        }));
    }
    columns.push(Column::text("session", Width::Fill(8, 44), |row, _, _| {
        (row.session_id.clone(), Style::new())
    }));
    columns
}

fn or_none(value: Option<&str>, look: &Look) -> (String, Style) {
    match value {
        Some(value) if !value.is_empty() => (value.to_owned(), Style::new()),
        _ => (look.glyphs.none.to_owned(), look.theme.dim),
    }
}
