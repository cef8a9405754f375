//! When in the week things happen: a cell for each hour of each weekday.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use sbw_queries::answers::heatmap::Heatmap;

use super::nothing;
use super::pen::Pen;
use super::table;
use crate::app::{Body, State};
use crate::layout::{self, ActivityAreas};
use crate::number::{self, Change};
use crate::theme::{Look, SHADES};

/// The days of the ISO week.
pub(super) const DAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

/// Draws the view.
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, state: &State, look: &Look) {
    let mut pen = Pen::new(frame, area, look);
    let Some(answer) = state.shown().answer() else {
        pen.say("The week comes as soon as the warehouse answers.");
        return;
    };
    let Body::Week(week) = &answer.body else {
        return;
    };
    let Some(busiest) = week.busiest else {
        pen.say(&nothing::kept(state));
        return;
    };
    let before = match &answer.before {
        Some(Body::Week(before)) => Some(&**before),
        _ => None,
    };
    let areas = layout::activity(area);
    let weekday = usize::try_from(busiest.weekday - 1).unwrap_or(0);
    let peak = format!(
        "busiest: {} {}, {} events",
        DAYS.get(weekday).unwrap_or(&""),
        clock(usize::try_from(busiest.hour).unwrap_or(0)),
        number::count(busiest.events)
    );
    words(&mut pen.within(areas.words), state, week, before, &peak);
    let scale = Scale::up_to(busiest.events);
    hours(&mut pen.within(areas.head), &areas, state);
    cells(&mut pen.within(areas.cells), &areas, state, week, &scale);
    legend(&mut pen.within(areas.legend), &scale);
}

/// `20:00–21:00`, in letters that every terminal has.
pub(super) fn clock(hour: usize) -> String {
    format!("{hour:02}:00 to {:02}:00", (hour + 1) % 24)
}

fn count_of(week: &Heatmap, weekday: usize, hour: usize) -> i64 {
    let day = week.cells.get(weekday);
    day.and_then(|day| day.get(hour)).copied().unwrap_or(0)
}

fn words(pen: &mut Pen<'_>, state: &State, week: &Heatmap, before: Option<&Heatmap>, peak: &str) {
    let theme = pen.look.theme;
    let width = pen.area().width;
    let cell = state.place.cell;
    let events = count_of(week, cell.weekday, cell.hour);
    let zone = format!("by the clocks of {}", state.place.zone);
    pen.put(0, 0, width, "Events per hour of the week", theme.title);
    pen.put_right(30, 0, width.saturating_sub(30), &zone, theme.dim);
    let day = DAYS.get(cell.weekday).unwrap_or(&"");
    let here = format!("{day} {}", clock(cell.hour));
    let count = format!("{} events", number::count(events));
    let mut pieces = vec![
        (here.as_str(), theme.strong),
        ("  ", theme.dim),
        (&count, theme.strong),
    ];
    let change = before.map(|before| {
        let was = count_of(before, cell.weekday, cell.hour);
        table::change(Change::of_counts(events, was), pen.look)
    });
    if let Some((change, style)) = &change {
        pieces.extend([("  ", theme.dim), (change.as_str(), *style)]);
    }
    let used = pen.put_all(0, 1, width, &pieces);
    pen.put_right(used + 2, 1, width.saturating_sub(used + 2), peak, theme.dim);
}

fn hours(pen: &mut Pen<'_>, areas: &ActivityAreas, state: &State) {
    let theme = pen.look.theme;
    for hour in 0..24_u16 {
        let x = areas.names + hour * areas.cell_columns;
        let here = usize::from(hour) == state.place.cell.hour;
        // Narrow cells have room for every third hour.
        if areas.cell_columns >= 3 || hour % 3 == 0 || here {
            let style = if here { theme.title } else { theme.dim };
            pen.put_centred(
                x,
                0,
                areas.cell_columns.max(2),
                &format!("{hour:02}"),
                style,
            );
        }
    }
}

fn cells(pen: &mut Pen<'_>, areas: &ActivityAreas, state: &State, week: &Heatmap, scale: &Scale) {
    let (theme, glyphs) = (pen.look.theme, pen.look.glyphs);
    let (wide, high) = (areas.cell_columns, areas.cell_rows);
    // A cell's last column is a gap where that leaves enough.
    let filled = if wide > 2 { wide - 1 } else { wide };
    for (weekday, day) in (0_u16..).zip(week.cells.iter()) {
        let y = weekday * high;
        let here = usize::from(weekday) == state.place.cell.weekday;
        let name: String = DAYS
            .get(usize::from(weekday))
            .map_or_else(String::new, |day| day.chars().take(3).collect());
        let style = if here { theme.title } else { theme.dim };
        pen.put(0, y + (high - 1) / 2, areas.names - 1, &name, style);
        for (hour, events) in (0_u16..).zip(day.iter()) {
            let x = areas.names + hour * wide;
            let chosen = here && usize::from(hour) == state.place.cell.hour;
            let shade = scale.shade(*events);
            for line in 0..high {
                let (glyph, style) = match shade {
                    Some(shade) => (glyphs.shades[shade], theme.heat[shade]),
                    None => (' ', Style::new()),
                };
                let drawn: String = std::iter::repeat_n(glyph, usize::from(filled)).collect();
                let style = if chosen {
                    theme.title.add_modifier(Modifier::REVERSED)
                } else {
                    style
                };
                pen.put(x, y + line, filled, &drawn, style);
            }
            // The number itself where a cell has room for it.
            if filled >= 5 && high >= 2 {
                let shown = number::count_within(*events, usize::from(filled));
                let style = if chosen {
                    theme.title.add_modifier(Modifier::REVERSED)
                } else if *events == 0 {
                    theme.dim
                } else {
                    Style::new()
                };
                let blank = " ".repeat(usize::from(filled));
                pen.put(x, y, filled, &blank, style);
                pen.put_right(x, y, filled, &shown, style);
            }
        }
    }
}

fn legend(pen: &mut Pen<'_>, scale: &Scale) {
    const HEAD: &str = "events  ";
    let (theme, glyphs) = (pen.look.theme, pen.look.glyphs);
    let width = pen.area().width;
    // Where a shade begins follows from the one before it: the first to go.
    let full = meanings(scale, false);
    let taken: usize = full.iter().map(|(_, words)| words.len() + 5).sum();
    let meanings = if HEAD.len() + taken <= usize::from(width) + 2 {
        full
    } else {
        meanings(scale, true)
    };
    let mut x = pen.put(0, 0, width, HEAD, theme.dim);
    for (shade, words) in meanings {
        let glyph: String = std::iter::repeat_n(glyphs.shades[shade], 2).collect();
        x += pen.put(x, 0, width.saturating_sub(x), &glyph, theme.heat[shade]) + 1;
        x += pen.put(x, 0, width.saturating_sub(x), &words, theme.dim) + 2;
    }
}

/// What the shades stand for.
fn meanings(scale: &Scale, brief: bool) -> Vec<(usize, String)> {
    (0..SHADES)
        .filter_map(|shade| {
            let (from, to) = scale.ends(shade)?;
            let words = if from == to {
                number::count(from)
            } else if brief && shade > 0 {
                format!("to {}", number::short(to))
            } else {
                format!("{} to {}", number::short(from), number::short(to))
            };
            Some((shade, words))
        })
        .collect()
}

/// Shades of equal steps from 1 to the most.
struct Scale {
    most: i64,
}

impl Scale {
    fn up_to(most: i64) -> Self {
        Self { most: most.max(1) }
    }

    fn shades() -> i64 {
        i64::try_from(SHADES).unwrap_or(1)
    }

    /// Which shade; none for nothing.
    fn shade(&self, events: i64) -> Option<usize> {
        if events <= 0 {
            return None;
        }
        let wide = i128::from(events - 1) * i128::from(Self::shades()) / i128::from(self.most);
        usize::try_from(wide)
            .ok()
            .map(|shade| shade.min(SHADES - 1))
    }

    /// The smallest and the largest count of a shade, if any count has it.
    fn ends(&self, shade: usize) -> Option<(i64, i64)> {
        let step = |shade: usize| {
            let shade = i128::try_from(shade).unwrap_or(0);
            let counts = shade * i128::from(self.most);
            let counts = counts.div_euclid(i128::from(Self::shades()))
                + i128::from(counts.rem_euclid(i128::from(Self::shades())) > 0);
            i64::try_from(counts).unwrap_or(i64::MAX)
        };
        let (from, to) = (step(shade) + 1, step(shade + 1).min(self.most));
        (from <= to).then_some((from, to))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// What the legend says of a shade is what has it.
        #[test]
        fn the_legend_says_what_the_cells_show(most in 1_i64..10_000, events in 0_i64..10_000) {
            let scale = Scale::up_to(most);
            let events = events.min(most);
            let by_legend = (0..SHADES).find(|shade| {
                scale.ends(*shade).is_some_and(|(from, to)| (from..=to).contains(&events))
            });
            prop_assert_eq!(scale.shade(events), by_legend);
        }
    }
}
