//! How long sessions were, who came back, and the newest of them.
//!
//! ```text
//!  Sessions     Median time   90 % under   Events each   Bounces   New
//!  5,442        2 min 12 s    12 min 01 s  5.1           18.2%     1,234
//!
//!  Sessions per hour                How long they were
//!   200 │   ⢀⠔⠢⡀                    0 s       ███   1,234
//!     0 └──┬──────                  1–10 s    ██      567
//!  started, UTC    lasted    events  …
//! ```

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use sbw_queries::answers::sessions::Sessions;

use super::pen::Pen;
use super::tile::{self, Below, Better, Tile, Tone, Value};
use super::{bar, chart, nothing, over_time, session_list};
use crate::app::{Body, SessionsScreen, State};
use crate::layout;
use crate::number::{self, Change};
use crate::theme::Look;

/// Draws the view.
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, state: &State, look: &Look) {
    let mut pen = Pen::new(frame, area, look);
    let Some(answer) = state.shown().answer() else {
        pen.say("The sessions come as soon as the warehouse answers.");
        return;
    };
    let Body::Sessions(screen) = &answer.body else {
        return;
    };
    if screen.sessions.sessions == 0 {
        pen.say(&nothing::kept(state));
        return;
    }
    let before = match &answer.before {
        Some(Body::Sessions(before)) => Some(&**before),
        _ => None,
    };
    let areas = layout::sessions(area);
    let tiles = tiles(
        &screen.sessions,
        before.map(|before| &before.sessions),
        area.width,
    );
    let across = u16::try_from(tiles.len()).unwrap_or(1);
    tile::render(&mut pen.within(areas.tiles), &tiles, across);
    let series = chart::Series::of(&screen.timeseries, &answer.subject.zone, |point| {
        point.sessions
    })
    .before(before.map(|before| &before.timeseries), |point| {
        point.sessions
    })
    .at(state.place.point);
    over_time(
        &mut pen.within(areas.chart),
        "Sessions",
        &screen.timeseries,
        &series,
        &|_| [String::new(), String::new()],
    );
    histogram(&mut pen.within(areas.histogram), screen);
    session_list::rows(&mut pen.within(areas.list), state);
}

fn tiles(now: &Sessions, before: Option<&Sessions>, width: u16) -> Vec<Tile> {
    let count = |of: fn(&Sessions) -> i64, better| match before {
        Some(before) => Below::Percent(Change::of_counts(of(now), of(before)), better),
        None => Below::Nothing,
    };
    let seconds = |value: Option<i64>| {
        Value::Words(value.map_or_else(|| "none".to_owned(), number::duration))
    };
    let length = |of: fn(&Sessions) -> Option<i64>| match before {
        Some(before) => Below::Percent(
            Change::of_counts(of(now).unwrap_or(0), of(before).unwrap_or(0)),
            Some(Better::More),
        ),
        None => Below::Nothing,
    };
    let more = Some(Better::More);
    let bounces = match before {
        Some(before) => Below::Points(
            Change::of_percents(now.bounce_rate_percent, before.bounce_rate_percent),
            Some(Better::Less),
        ),
        None => Below::Words(format!("{} left", number::short(now.bounces)), Tone::Plain),
    };
    let mut tiles = vec![
        Tile {
            name: "Sessions",
            value: Value::Count(now.sessions),
            below: count(|of| of.sessions, more),
        },
        Tile {
            name: "Median time",
            value: seconds(now.median_duration_seconds),
            below: length(|of| of.median_duration_seconds),
        },
        Tile {
            name: "90 % within",
            value: seconds(now.p90_duration_seconds),
            below: length(|of| of.p90_duration_seconds),
        },
        Tile {
            name: "Events each",
            value: Value::Words(format!("{:.1}", now.events_per_session)),
            below: match before {
                Some(before) => Below::Words(
                    format!("{:.1} before", before.events_per_session),
                    Tone::Plain,
                ),
                None => Below::Nothing,
            },
        },
        Tile {
            name: "Bounce rate",
            value: Value::Percent(now.bounce_rate_percent),
            below: bounces,
        },
    ];
    if width >= 110 {
        tiles.insert(
            1,
            Tile {
                name: "Engaged",
                value: Value::Count(now.engaged),
                below: count(|of| of.engaged, more),
            },
        );
        tiles.push(Tile {
            name: "New",
            value: Value::Count(now.new_sessions),
            below: count(|of| of.new_sessions, more),
        });
        tiles.push(Tile {
            name: "Returning",
            value: Value::Count(now.returning_sessions),
            below: count(|of| of.returning_sessions, more),
        });
    } else {
        tiles.push(Tile {
            name: "New",
            value: Value::Count(now.new_sessions),
            below: Below::Words(
                format!("{} back", number::short(now.returning_sessions)),
                Tone::Plain,
            ),
        });
    }
    tiles
}

fn histogram(pen: &mut Pen<'_>, screen: &SessionsScreen) {
    let (theme, glyphs) = (pen.look.theme, pen.look.glyphs);
    let width = pen.area().width;
    let classes = &screen.sessions.duration_histogram;
    pen.put(0, 0, width, "How long they were", theme.title);
    let most = classes
        .iter()
        .map(|class| class.sessions)
        .max()
        .unwrap_or(0);
    let bars = width.saturating_sub(10 + 10);
    // High screens give a class two lines.
    let room = pen.area().height.saturating_sub(1);
    let each = (room / 7).clamp(1, 2);
    for (class, index) in classes.iter().zip(0_u16..) {
        let y = 1 + index * each;
        let label = if glyphs.eighths.is_empty() {
            class.label.replace('–', "-")
        } else {
            class.label.clone()
        };
        pen.put(0, y, 9, &label, Style::new());
        #[expect(clippy::cast_precision_loss, reason = "a bar has a few dozen steps")]
        let drawn = bar::lying(class.sessions as f64, most as f64, bars, &glyphs);
        pen.put(10, y, bars, &drawn, theme.series);
        let count = number::count_within(class.sessions, 9);
        pen.put_right(width.saturating_sub(10), y, 10, &count, Style::new());
    }
}
