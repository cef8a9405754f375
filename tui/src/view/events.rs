//! The events themselves, newest first.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use sbw_queries::Zone;
use sbw_queries::answers::raw::{RawEvent, Value};

use super::pen::Pen;
use super::table::{self, Column, Time, Width};
use super::{boxed, nothing};
use crate::app::{ALL_EVENT_COLUMNS, EventColumn, State, event_column};
use crate::layout::{self, EVENT_COLUMNS, WIDE};
use crate::number;
use crate::text;
use crate::theme::Look;

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
        in_full(frame, place, event, &state.place.zone, look);
    }
}

/// The columns that were chosen, or those that fit.
fn columns(state: &State, width: u16) -> Vec<Column<RawEvent>> {
    let chosen = if state.event_columns.is_empty() {
        fitting(width)
    } else {
        state.event_columns.clone()
    };
    let (list, zone) = (&state.place.events, &state.place.zone);
    let ends = list.rows_from(0).last().zip(list.rows_from(0).next());
    let columns = chosen.into_iter().map(|column| match column {
        EventColumn::EventTimestamp => time(zone.clone(), ends, width),
        column => of(column),
    });
    columns.collect()
}

/// As many as the width has room for, the product's name taking what is left.
fn fitting(width: u16) -> Vec<EventColumn> {
    use EventColumn as C;
    let mut columns = vec![C::EventTimestamp, C::EventName, C::UserLoginState];
    if width >= 170 {
        columns.push(C::ProductCategory);
    }
    if width >= 140 {
        columns.push(C::ProductBrand);
    }
    columns.extend([C::ProductName, C::Price]);
    if width >= 110 {
        columns.push(C::SessionId);
    }
    if width >= 140 {
        columns.push(C::UserId);
    }
    if width >= 170 {
        columns.push(C::ClientId);
    }
    columns
}

fn time(zone: Zone, ends: Option<(&RawEvent, &RawEvent)>, width: u16) -> Column<RawEvent> {
    let time = Time {
        of: |event: &RawEvent| event.event_timestamp,
        format: |width| match width {
            ..19 => "%d %b %H:%M:%S",
            19.. => "%Y-%m-%d %H:%M:%S",
        },
        zone,
    };
    Column::time("time", if width >= 120 { 19 } else { 15 }, ends, time)
}

fn of(column: EventColumn) -> Column<RawEvent> {
    use EventColumn as C;
    /// A column of text; an empty one says so.
    macro_rules! text {
        ($width:expr, $column:path) => {
            Column::text($column.title(), $width, |event: &RawEvent, _, look| {
                text_or_none(event_column::text($column, event), look)
            })
        };
    }
    let fixed = Width::Fixed;
    match column {
        C::EventTimestamp => text!(fixed(19), C::EventTimestamp),
        C::EventName => Column::text(C::EventName.title(), fixed(22), |event, _, _| {
            (event.event_name.clone(), Style::new())
        }),
        C::EventId => text!(fixed(36), C::EventId),
        C::UserId => text!(fixed(14), C::UserId),
        C::UserLoginState => text!(fixed(9), C::UserLoginState),
        C::IdentitySource => text!(fixed(14), C::IdentitySource),
        C::ClientId => text!(fixed(14), C::ClientId),
        C::SessionId => text!(fixed(14), C::SessionId),
        C::IsFirstVisit => text!(fixed(11), C::IsFirstVisit),
        C::ProductId => text!(fixed(14), C::ProductId),
        C::ProductName => Column::text(
            C::ProductName.title(),
            Width::Fill(8, u16::MAX),
            |event, _, look| {
                text_or_none(
                    event_column::text(C::ProductName, event)
                        .or_else(|| event_column::text(C::ProductId, event)),
                    look,
                )
            },
        ),
        C::ProductCategory => text!(fixed(12), C::ProductCategory),
        C::ProductBrand => text!(fixed(12), C::ProductBrand),
        C::Price => Column::number(C::Price.title(), 13, |event, width, look| {
            let discounted = event_column::money(C::DiscountPrice, event);
            price(
                discounted.or(event_column::money(C::Price, event)),
                width,
                look,
            )
        }),
        C::DiscountPrice => Column::number(C::DiscountPrice.title(), 13, |event, width, look| {
            price(event_column::money(C::DiscountPrice, event), width, look)
        }),
        C::ProductUrlPath => text!(Width::Fill(12, 60), C::ProductUrlPath),
    }
}

fn text_or_none(text: Option<String>, look: &Look) -> (String, Style) {
    text.map_or_else(
        || (look.glyphs.none.to_owned(), look.theme.dim),
        |text| (text, Style::new()),
    )
}

fn price(price: Option<i64>, width: u16, look: &Look) -> (String, Style) {
    price.map_or_else(
        || (String::new(), Style::new()),
        |price| table::money(price, width, look),
    )
}

fn rows(pen: &mut Pen<'_>, state: &State) {
    let theme = pen.look.theme;
    let list = &state.place.events;
    let width = pen.area().width;
    let columns = columns(state, width);
    let places = table::places(&columns, width);
    table::heads(pen, &columns, &places, None);
    let height = layout::list_rows(state);
    let first = list.offset(height);
    for (event, index) in list.rows_from(first).take(height).zip(0_u16..) {
        let chosen = first + usize::from(index) == list.cursor();
        table::row(pen, index + 1, &columns, &places, event, chosen);
    }
    let shown = list.len() - first;
    if list.ended() && shown < height {
        let y = u16::try_from(shown + 1).unwrap_or(u16::MAX);
        pen.put(1, y, 40, "no older event in this range", theme.dim);
    }
}

/// All columns of one event.
pub(super) fn in_full(
    frame: &mut Frame<'_>,
    area: Rect,
    event: &RawEvent,
    zone: &Zone,
    look: &Look,
) {
    let inside = boxed::open(frame, area, "Event", look);
    let mut pen = Pen::new(frame, inside, look);
    let theme = look.theme;
    let value = |column| match event.value(column) {
        Value::Time(time) => {
            let shown = zone.at(time).format("%Y-%m-%d %H:%M:%S%.3f");
            Some(format!("{shown} {}", zone.offsets(time, time)))
        }
        Value::Text(text) => text.map(str::to_owned),
        Value::Price(price) => {
            price.map(|price| format!("{} {}", number::count(price), look.glyphs.currency))
        }
        Value::Id(_) | Value::Flag(_) => event_column::text(column, event),
    };
    let fields = ALL_EVENT_COLUMNS.map(|column| {
        let name = match column {
            EventColumn::EventTimestamp => "time",
            column => column.title(),
        };
        (name, value(column))
    });
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
