//! Where shoppers drop out.

use std::fmt::Write as _;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use sbw_queries::answers::funnel::{Funnel, FunnelGroup, StepRow};

use super::pen::Pen;
use super::{bar, nothing, table};
use crate::app::{Body, State};
use crate::layout;
use crate::number::{self, Change};
use crate::text;
use crate::theme::Look;

/// Draws the view.
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, state: &State, look: &Look) {
    let inside = Rect {
        x: area.x + 1,
        width: area.width.saturating_sub(2),
        ..area
    };
    let mut pen = Pen::new(frame, inside, look);
    match state.shown().answer().map(|answer| &answer.body) {
        Some(Body::Funnel(funnel)) if is_empty(funnel) => pen.say(&nothing::reached(state)),
        Some(Body::Funnel(Funnel::Rows(rows))) => all(&mut pen, rows, state),
        Some(Body::Funnel(Funnel::Groups(groups))) => compared(&mut pen, groups, state),
        _ => pen.say("The funnel comes as soon as the warehouse answers."),
    }
}

fn is_empty(funnel: &Funnel) -> bool {
    match funnel {
        Funnel::Rows(rows) => rows.iter().all(|row| row.sessions == 0),
        Funnel::Groups(groups) => groups.is_empty(),
    }
}

/// Widths of the columns after the step's name.
const COLUMNS: [(&str, u16); 5] = [
    ("sessions", 10),
    ("of first", 10),
    ("of previous", 13),
    ("dropped", 10),
    ("median time", 13),
];

/// The columns whose numbers are of sessions that can be listed.
const SESSIONS: usize = 0;
const DROPPED: usize = 3;

fn all(pen: &mut Pen<'_>, rows: &[StepRow], state: &State) {
    let theme = pen.look.theme;
    let glyphs = pen.look.glyphs;
    let (width, height) = (pen.area().width, pen.area().height);
    let taken: u16 = COLUMNS.iter().map(|(_, columns)| columns).sum();
    let name = width.saturating_sub(taken);
    pen.put(1, 0, name, "Step", theme.dim);
    let mut x = name;
    for (title, columns) in COLUMNS {
        pen.put_right(x, 0, columns, title, theme.dim);
        x += columns;
    }
    let steps = u16::try_from(rows.len()).unwrap_or(u16::MAX).max(1);
    let each = layout::list(state).each;
    let before = steps_before(state);
    let first = rows.first().map_or(0, |row| row.sessions);
    for (row, index) in rows.iter().zip(0_u16..) {
        let y = 2 + index * each;
        let chosen = usize::from(index) == state.place.steps.row();
        if chosen {
            pen.style_row(y, theme.selected);
        }
        let mark = if chosen { glyphs.cursor } else { " " };
        let label = format!("{mark}{} {}", row.step, row.event_name);
        pen.put(0, y, name.saturating_sub(1), &label, theme.strong);
        let previous = |value: String| {
            if row.step == 1 {
                glyphs.none.to_owned()
            } else {
                value
            }
        };
        let cells = [
            (number::count_within(row.sessions, 9), theme.strong),
            (number::percent(row.percent_of_first), Style::new()),
            (
                previous(number::percent(row.percent_of_previous)),
                Style::new(),
            ),
            (previous(number::count_within(row.dropped, 9)), Style::new()),
            (
                row.median_seconds_from_previous
                    .map_or_else(|| glyphs.none.to_owned(), number::duration),
                theme.dim,
            ),
        ];
        let mut x = name;
        for (at, ((cell, style), (_, columns))) in cells.iter().zip(COLUMNS).enumerate() {
            // Which of the two numbers Enter opens.
            let under = chosen
                && at
                    == if state.place.dropped {
                        DROPPED
                    } else {
                        SESSIONS
                    };
            let style = if under { theme.tab } else { *style };
            pen.put_right(x, y, columns, cell, style);
            x += columns;
        }
        let was = before.and_then(|rows| rows.get(usize::from(index)));
        #[expect(clippy::cast_precision_loss, reason = "a bar has a few hundred steps")]
        let drawn = bar::lying(row.sessions as f64, first as f64, width, &glyphs);
        let last_line = if each == 4 {
            2
        } else {
            each.saturating_sub(1).min(1)
        };
        for line in 1..=last_line {
            pen.put(0, y + line, width, &drawn, theme.series);
        }
        if let Some(was) = was {
            compared_with(pen, y + last_line, row, was);
        }
    }
    let end = 2 + steps * each;
    for (line, y) in text::wrap(&summary(rows), usize::from(width))
        .iter()
        .zip(end.max(4)..height)
    {
        pen.put(0, y, width, line, theme.dim);
    }
}

/// The steps of the period before, when they were asked for.
fn steps_before(state: &State) -> Option<&[StepRow]> {
    match state.shown().answer()?.before.as_ref()? {
        Body::Funnel(Funnel::Rows(rows)) => Some(rows),
        _ => None,
    }
}

/// What a step was before, at the right end of its bar's line.
fn compared_with(pen: &mut Pen<'_>, y: u16, now: &StepRow, was: &StepRow) {
    let (theme, width) = (pen.look.theme, pen.area().width);
    let (change, style) = table::change(Change::of_counts(now.sessions, was.sessions), pen.look);
    let words = format!(
        " before: {}, {} of first ",
        number::count(was.sessions),
        number::percent(was.percent_of_first)
    );
    let columns = u16::try_from(text::width(&words) + text::width(&change)).unwrap_or(0);
    let x = width.saturating_sub(columns);
    pen.put_all(x, y, columns, &[(&words, theme.dim), (&change, style)]);
}

/// The funnel in words: what came out of it, and where most were lost.
fn summary(rows: &[StepRow]) -> String {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
        return String::new();
    };
    let mut words = format!(
        "{} of {} sessions with {} came to {} ({}).",
        number::count(last.sessions),
        number::count(first.sessions),
        first.event_name,
        last.event_name,
        number::percent(last.percent_of_first),
    );
    let worst = rows.windows(2).max_by_key(|pair| pair[1].dropped);
    if let Some([before, after]) = worst
        && after.dropped > 0
    {
        let _ = write!(
            words,
            " Most are lost between {} and {}: {}.",
            before.event_name,
            after.event_name,
            number::count(after.dropped),
        );
    }
    words
}

fn compared(pen: &mut Pen<'_>, groups: &[FunnelGroup], state: &State) {
    let (theme, glyphs) = (pen.look.theme, pen.look.glyphs);
    let width = pen.area().width;
    let steps = groups.first().map_or(0, |group| group.rows.len());
    let steps = u16::try_from(steps).unwrap_or(u16::MAX);
    // A name, a column for each step as long as there is room, and the way through.
    let through = 9;
    let name = (width / 5).clamp(14, 32);
    let room = width.saturating_sub(name + through);
    let each = (room / steps.max(1)).clamp(10, 24);
    let shown = (room / each).min(steps);
    let by = state
        .place
        .segment
        .map_or("all", sbw_queries::answers::funnel::Segment::as_str);
    pen.put(0, 0, name, &format!("by {by}"), theme.title);
    for index in 0..shown {
        let title = groups
            .first()
            .and_then(|group| group.rows.get(usize::from(index)));
        let title = title.map_or("", |row| row.event_name.as_str());
        pen.put_right(name + index * each + 1, 0, each - 1, title, theme.dim);
    }
    pen.put_right(name + shown * each, 0, through, "through", theme.dim);
    let lines = layout::list(state).each;
    let most = groups
        .iter()
        .filter_map(|group| group.rows.first())
        .map(|row| row.sessions)
        .max();
    let list = layout::list(state);
    let cursor = &state.place.steps;
    let rows = list.rows();
    let first = cursor.offset(groups.len(), rows);
    for ((at, group), index) in groups
        .iter()
        .enumerate()
        .skip(first)
        .take(rows)
        .zip(0_u16..)
    {
        let y = 1 + index.saturating_mul(lines);
        if at == cursor.row() {
            pen.style_row(y, theme.selected);
        }
        pen.put(0, y, name - 1, &group.name, theme.strong);
        for (row, column) in group.rows.iter().zip(0..shown) {
            let columns = each - 1;
            let mut cell = number::count(row.sessions);
            if row.step > 1 && each >= 18 {
                let _ = write!(cell, "  {:>6}", number::percent(row.percent_of_first));
            }
            let style = if row.step == 1 {
                theme.strong
            } else {
                Style::new()
            };
            pen.put_right(name + column * each + 1, y, columns, &cell, style);
        }
        let out = group.rows.last().map_or(0.0, |row| row.percent_of_first);
        pen.put_right(
            name + shown * each,
            y,
            through,
            &number::percent(out),
            theme.strong,
        );
        if lines == 2 {
            let sessions = group.rows.first().map_or(0, |row| row.sessions);
            #[expect(clippy::cast_precision_loss, reason = "a bar has a few hundred steps")]
            let drawn = bar::lying(sessions as f64, most.unwrap_or(0) as f64, width, &glyphs);
            pen.put(0, y + 1, width, &drawn, theme.series);
        }
    }
}
