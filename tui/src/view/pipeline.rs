//! How the warehouse is filled, and how fresh it is.

use chrono::{DateTime, Utc};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use sbw_queries::Zone;
use sbw_queries::answers::pipeline::{Pipeline, RejectReason, Run};

use super::pen::Pen;
use super::tile::{self, Below, Tile, Tone, Value};
use super::{bar, table};
use crate::app::{Body, State};
use crate::theme::Look;
use crate::{layout, number};

/// Draws the view.
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, state: &State, look: &Look) {
    let inside = Rect {
        x: area.x + 1,
        width: area.width.saturating_sub(2),
        ..area
    };
    // The cursor's column is left of everything else.
    let mut whole = Pen::new(frame, area, look);
    let mut pen = whole.within(inside);
    let Some(answer) = state.shown().answer() else {
        pen.say("The runs come as soon as the warehouse answers.");
        return;
    };
    let pipeline = &answer.pipeline;
    let areas = layout::pipeline(state);
    let tiles = tiles(pipeline, state, inside.width);
    let across = u16::try_from(tiles.len()).unwrap_or(1);
    tile::render(&mut pen.within(areas.tiles), &tiles, across);
    if pipeline.runs.is_empty() {
        pen.within(layout::below(inside, 4))
            .say("Nothing was loaded yet: `sbw-etl run` loads what is in the bucket.");
        return;
    }
    let bars = areas.bars.height.saturating_sub(1);
    loaded(&mut pen.within(areas.bars), &pipeline.runs, bars);
    if let Body::Pipeline(reasons) = &answer.body {
        rejected(&mut pen.within(areas.reasons), reasons, state.server_now());
    }
    runs(&mut whole.within(areas.runs), pipeline, state);
    let mut pen = whole.within(areas.error);
    for (line, y) in areas.error_lines.iter().zip(0..) {
        pen.put(0, y, inside.width, line, look.theme.bad);
    }
}

/// Why events were rejected, the most frequent reason first.
fn rejected(pen: &mut Pen<'_>, reasons: &[RejectReason], now: DateTime<Utc>) {
    let theme = pen.look.theme;
    let area = pen.area();
    if reasons.is_empty() || area.height < 2 {
        return;
    }
    let rows = usize::from(area.height - 1);
    let hidden = reasons.len().saturating_sub(rows);
    let title = match hidden {
        0 => "Why events were rejected".to_owned(),
        _ => format!("Why events were rejected, {hidden} reasons more"),
    };
    pen.put(0, 0, area.width, &title, theme.title);
    for (reason, y) in reasons.iter().take(rows).zip(1..) {
        let age = number::age(now - reason.last_at);
        pen.put_right(
            0,
            y,
            9,
            &number::count_within(reason.rejects, 9),
            theme.warn,
        );
        let room = area.width.saturating_sub(11 + 13);
        pen.put(11, y, room, &reason.reason, Style::new());
        pen.put_right(area.width.saturating_sub(12), y, 12, &age, theme.dim);
    }
}

fn tiles(pipeline: &Pipeline, state: &State, width: u16) -> Vec<Tile> {
    let now = state.now;
    let nothing = || ("none".to_owned(), String::new());
    let (newest, age) = pipeline.newest_event.map_or_else(nothing, |time| {
        let moment = number::moment(time, now, &state.place.zone);
        (moment, number::age(now - time))
    });
    let lag = pipeline
        .newest_event
        .map(|time| (now - time).num_seconds().max(0));
    let (run, when, tone) = match &pipeline.last_run {
        None => ("none".to_owned(), String::new(), Tone::Plain),
        Some(run) => {
            let ended = run.finished_at.unwrap_or(run.started_at);
            (
                run.status.clone(),
                number::age(now - ended),
                tone(&run.status),
            )
        }
    };
    let rejects = if pipeline.rejects == 0 {
        Below::Words("all events loaded".to_owned(), Tone::Good)
    } else {
        Below::Words("sbw-etl rejects".to_owned(), Tone::Wait)
    };
    let mut tiles = vec![
        Tile {
            name: "Newest event",
            value: Value::Words(newest),
            below: Below::Words(age, Tone::Plain),
        },
        Tile {
            name: "Lag",
            value: Value::Words(lag.map_or_else(|| "unknown".to_owned(), number::lag)),
            below: Below::Words("behind now".to_owned(), Tone::Plain),
        },
        Tile {
            name: "Last run",
            value: Value::Words(run),
            below: Below::Words(when, tone),
        },
        Tile {
            name: "Rejected events",
            value: Value::Count(pipeline.rejects),
            below: rejects,
        },
    ];
    if width >= 100 {
        tiles.push(Tile {
            name: "Long sessions",
            value: Value::Count(pipeline.long_sessions),
            below: Below::Words("over 5,000 events".to_owned(), Tone::Plain),
        });
    }
    tiles
}

fn tone(status: &str) -> Tone {
    match status {
        "complete" => Tone::Good,
        "failed" | "interrupted" => Tone::Bad,
        "incomplete" => Tone::Wait,
        _ => Tone::Plain,
    }
}

fn loaded(pen: &mut Pen<'_>, runs: &[Run], rows: u16) {
    let theme = pen.look.theme;
    let glyphs = pen.look.glyphs;
    let width = pen.area().width;
    let used = pen.put(
        0,
        0,
        width,
        "Rows loaded per run, newest at the right",
        theme.title,
    );
    let most = runs.iter().map(|run| run.inserted).max().unwrap_or(0);
    let most = format!("most {}", number::count(most));
    pen.put_right(
        used + 2,
        0,
        width.saturating_sub(used + 2),
        &most,
        theme.dim,
    );
    let oldest_first: Vec<i64> = runs.iter().rev().map(|run| run.inserted).collect();
    for (line, y) in bar::standing(&oldest_first, width, rows, &glyphs)
        .iter()
        .zip(1..)
    {
        pen.put(0, y, width, line, theme.series);
    }
}

const COLUMNS: [(&str, u16); 7] = [
    ("started", 15),
    ("took", 12),
    ("status", 12),
    ("objects", 9),
    ("inserted", 10),
    ("duplicates", 11),
    ("rejected", 9),
];

fn runs(pen: &mut Pen<'_>, pipeline: &Pipeline, state: &State) {
    let (theme, glyphs) = (pen.look.theme, pen.look.glyphs);
    let (width, height) = (pen.area().width, pen.area().height);
    let zone = &state.place.zone;
    let ends = pipeline.runs.last().zip(pipeline.runs.first());
    let offsets = ends.map_or_else(String::new, |(oldest, newest)| {
        zone.offsets(oldest.started_at, newest.started_at)
    });
    let fixed: u16 = COLUMNS.iter().map(|(_, columns)| columns).sum();
    let error = fixed + 3;
    let mut x = 1;
    for (at, (title, columns)) in COLUMNS.into_iter().enumerate() {
        if is_text(at) {
            let title = match at {
                0 => table::time_head(title, offsets.clone(), columns - 1),
                _ => title.to_owned(),
            };
            pen.put(x + u16::from(at == 2) * 2, 0, columns, &title, theme.dim);
        } else {
            pen.put_right(x, 0, columns, title, theme.dim);
        }
        x += columns;
    }
    if width > error + 20 {
        pen.put(error, 0, width - error, "error", theme.dim);
    }
    let room = usize::from(height.saturating_sub(1));
    let cursor = &state.place.runs;
    let first = cursor.offset(pipeline.runs.len(), room);
    for ((index, run), y) in pipeline
        .runs
        .iter()
        .enumerate()
        .skip(first)
        .take(room)
        .zip(1_u16..)
    {
        let chosen = index == cursor.row();
        if chosen {
            pen.style_row(y, theme.selected);
            pen.put(0, y, 1, glyphs.cursor, theme.series);
        }
        let mut x = 1;
        for (at, (_, columns)) in COLUMNS.into_iter().enumerate() {
            // One column stays empty between two numbers.
            let (shown, style) = cell(run, at, columns - 1, zone, pen.look);
            if is_text(at) {
                pen.put(x + u16::from(at == 2) * 2, y, columns, &shown, style);
            } else {
                pen.put_right(x, y, columns, &shown, style);
            }
            x += columns;
        }
        if width > error + 20 {
            pen.put(
                error,
                y,
                width - error,
                run.error.as_deref().unwrap_or_default(),
                theme.bad,
            );
        }
    }
}

fn is_text(column: usize) -> bool {
    column == 0 || column == 2
}

fn cell(run: &Run, column: usize, room: u16, zone: &Zone, look: &Look) -> (String, Style) {
    let (theme, none) = (&look.theme, look.glyphs.none);
    let count = |value: i64| {
        let style = if value == 0 { theme.dim } else { Style::new() };
        (number::count_within(value, usize::from(room)), style)
    };
    match column {
        0 => (
            zone.at(run.started_at).format("%d %b %H:%M:%S").to_string(),
            theme.dim,
        ),
        1 => {
            let took = run.finished_at.map(|end| end - run.started_at);
            let took = took.map_or_else(
                || none.to_owned(),
                |took| {
                    let milliseconds = took.num_milliseconds().max(0);
                    if milliseconds < 10_000 {
                        format!("{}.{} s", milliseconds / 1_000, milliseconds % 1_000 / 100)
                    } else {
                        number::duration(milliseconds / 1_000)
                    }
                },
            );
            (took, Style::new())
        }
        2 => (run.status.clone(), tone(&run.status).style(theme)),
        3 => count(run.objects),
        4 => count(run.inserted),
        5 => count(run.duplicates),
        _ => {
            let (shown, style) = count(run.rejected);
            (shown, if run.rejected > 0 { theme.warn } else { style })
        }
    }
}
