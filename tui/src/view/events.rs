//! The events themselves, newest first.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use sbw_queries::answers::raw::RawEvent;

use super::pen::Pen;
use super::{boxed, nothing};
use crate::app::State;
use crate::layout::{self, EVENT_COLUMNS, WIDE};
use crate::number;
use crate::text::{self, Align};
use crate::theme::{Glyphs, Look};

/// Draws the list, and the event under its cursor in full if that is open.
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, state: &State, look: &Look) {
    let list = &state.place.events;
    if list.subject().is_none() {
        Pen::new(frame, area, look).say("The events come as soon as the warehouse answers.");
        return;
    }
    if list.is_empty() {
        let why = nothing::kept(state);
        Pen::new(frame, area, look).say(&why);
        return;
    }
    let open = list.selected().filter(|_| state.place.event_open);
    let beside = open.is_some() && area.width >= WIDE;
    let columns = if beside {
        area.width - EVENT_COLUMNS
    } else {
        area.width
    };
    rows(
        &mut Pen::new(
            frame,
            Rect {
                width: columns,
                ..area
            },
            look,
        ),
        state,
    );
    if let Some(event) = open {
        let place = if beside {
            Rect {
                x: area.x + columns,
                width: EVENT_COLUMNS,
                ..area
            }
        } else {
            area
        };
        in_full(frame, place, event, look);
    }
}

/// A column: its title, its width, its side, and what it shows of an event.
struct Column {
    title: &'static str,
    columns: u16,
    align: Align,
    show: fn(&RawEvent, &Glyphs) -> String,
}

/// The columns that fit, the product's name taking what is left.
fn columns(width: u16) -> Vec<Column> {
    let text = |title, columns, show| Column {
        title,
        columns,
        align: Align::Left,
        show,
    };
    let wide = width >= 120;
    let mut columns = vec![
        text(
            "time, UTC",
            if wide { 19 } else { 15 },
            if wide { long_time } else { short_time },
        ),
        text("event", 22, |event: &RawEvent, _: &Glyphs| {
            event.event_name.clone()
        }),
        text("login", 9, |event, glyphs| {
            or_none(event.user_login_state.as_ref(), glyphs)
        }),
        text("product", 0, |event, glyphs| {
            let name = event
                .context_product_name
                .as_ref()
                .filter(|name| !name.is_empty());
            or_none(name.or(event.context_product_id.as_ref()), glyphs)
        }),
        Column {
            title: "price",
            columns: 13,
            align: Align::Right,
            show: |event, glyphs| {
                let price = event
                    .context_product_discount_price
                    .or(event.context_product_price);
                price.map_or_else(String::new, |price| {
                    number::money_within(price, glyphs.currency, 13)
                })
            },
        },
    ];
    if width >= 110 {
        columns.push(text("session", 14, |event, glyphs| {
            or_none(event.session_id.as_ref(), glyphs)
        }));
    }
    if width >= 140 {
        columns.push(text("user", 14, |event, glyphs| {
            or_none(event.user_id.as_ref(), glyphs)
        }));
        columns.insert(
            4,
            text("brand", 12, |event, glyphs| {
                or_none(event.context_product_brand.as_ref(), glyphs)
            }),
        );
    }
    if width >= 170 {
        columns.push(text("client", 14, |event, glyphs| {
            or_none(event.client_id.as_ref(), glyphs)
        }));
        columns.insert(
            4,
            text("category", 12, |event, glyphs| {
                or_none(event.context_product_category.as_ref(), glyphs)
            }),
        );
    }
    let gaps = u16::try_from(columns.len()).unwrap_or(0);
    let taken: u16 = columns.iter().map(|column| column.columns).sum::<u16>() + gaps + 1;
    let product = columns.iter_mut().find(|column| column.columns == 0);
    if let Some(product) = product {
        product.columns = width.saturating_sub(taken).max(8);
    }
    columns
}

fn short_time(event: &RawEvent, _: &Glyphs) -> String {
    event.event_timestamp.format("%d %b %H:%M:%S").to_string()
}

fn long_time(event: &RawEvent, _: &Glyphs) -> String {
    event
        .event_timestamp
        .format("%Y-%m-%d %H:%M:%S")
        .to_string()
}

fn or_none(value: Option<&String>, glyphs: &Glyphs) -> String {
    match value {
        Some(value) if !value.is_empty() => value.clone(),
        _ => glyphs.none.to_owned(),
    }
}

fn rows(pen: &mut Pen<'_>, state: &State) {
    let (theme, glyphs) = (pen.look.theme, pen.look.glyphs);
    let list = &state.place.events;
    let columns = columns(pen.area().width);
    let mut x = 1;
    for column in &columns {
        match column.align {
            Align::Left => {
                pen.put(x, 0, column.columns, column.title, theme.dim);
            }
            Align::Right => pen.put_right(x, 0, column.columns, column.title, theme.dim),
        }
        x += column.columns + 1;
    }
    let height = layout::list_rows(state);
    let first = list.offset(height);
    for (event, index) in list.rows_from(first).take(height).zip(0_u16..) {
        let y = index + 1;
        let chosen = first + usize::from(index) == list.cursor();
        if chosen {
            pen.style_row(y, theme.selected);
            pen.put(0, y, 1, glyphs.cursor, theme.series);
        }
        let mut x = 1;
        for (column, at) in columns.iter().zip(0..) {
            let style = match (chosen, at) {
                (true, _) | (_, 1) => Style::new(),
                (_, 0) => theme.dim,
                _ if is_none(event, column, &glyphs) => theme.dim,
                _ => Style::new(),
            };
            let shown = (column.show)(event, &glyphs);
            match column.align {
                Align::Left => {
                    pen.put(x, y, column.columns, &shown, style);
                }
                Align::Right => pen.put_right(x, y, column.columns, &shown, style),
            }
            x += column.columns + 1;
        }
    }
    let shown = list.len() - first;
    if list.ended() && shown < height {
        let y = u16::try_from(shown + 1).unwrap_or(u16::MAX);
        pen.put(1, y, 40, "no older event in this range", theme.dim);
    }
}

fn is_none(event: &RawEvent, column: &Column, glyphs: &Glyphs) -> bool {
    (column.show)(event, glyphs) == glyphs.none
}

/// All sixteen columns of one event.
pub(super) fn in_full(frame: &mut Frame<'_>, area: Rect, event: &RawEvent, look: &Look) {
    let inside = boxed::open(frame, area, "Event", look);
    let mut pen = Pen::new(frame, inside, look);
    let theme = look.theme;
    let text = |value: &Option<String>| value.clone();
    let money = |value: Option<i64>| {
        value.map(|value| format!("{} {}", number::count(value), look.glyphs.currency))
    };
    let time = event
        .event_timestamp
        .format("%Y-%m-%d %H:%M:%S%.3f UTC")
        .to_string();
    let fields = [
        ("time", Some(time)),
        ("event", Some(event.event_name.clone())),
        ("event id", Some(event.event_id.to_string())),
        ("user", text(&event.user_id)),
        ("login", text(&event.user_login_state)),
        ("identity", text(&event.identity_source)),
        ("client", text(&event.client_id)),
        ("session", text(&event.session_id)),
        (
            "first visit",
            event
                .is_first_visit
                .map(|first| if first { "yes" } else { "no" }.to_owned()),
        ),
        ("product id", text(&event.context_product_id)),
        ("product", text(&event.context_product_name)),
        ("category", text(&event.context_product_category)),
        ("brand", text(&event.context_product_brand)),
        ("price", money(event.context_product_price)),
        ("discounted", money(event.context_product_discount_price)),
        ("url path", text(&event.context_product_url_path)),
    ];
    let label = 12;
    let columns = inside.width.saturating_sub(label);
    // Long values take more lines as long as every field after them keeps one.
    let mut spare = usize::from(inside.height).saturating_sub(fields.len());
    let mut y = 0;
    for (name, value) in fields {
        pen.put(0, y, label, name, theme.dim);
        let Some(value) = value else {
            pen.put(label, y, columns, look.glyphs.none, theme.dim);
            y += 1;
            continue;
        };
        let lines = text::wrap(&value, usize::from(columns));
        let extra = (lines.len() - 1).min(spare).min(5);
        spare -= extra;
        for (index, line) in lines.iter().take(extra + 1).enumerate() {
            let cut = index == extra && lines.len() > extra + 1;
            let line = if cut {
                format!("{line}{}", " ".repeat(usize::from(columns)))
            } else {
                line.clone()
            };
            pen.put(label, y, columns, &line, Style::new());
            y += 1;
        }
    }
}
