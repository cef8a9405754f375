//! A line over time, with axes that carry real numbers and real dates.

use chrono::{DateTime, Datelike, Days, Months, TimeDelta, Timelike, Utc};
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::symbols::Marker;
use ratatui::widgets::Widget;
use ratatui::widgets::canvas::{Canvas, Line, Points};

use sbw_queries::answers::timeseries::{Point, Timeseries};
use sbw_queries::zone::Zone;

use super::pen::Pen;
use crate::{number, text};

/// Columns that a label of the time axis and its gap take.
const LABEL: u16 = 9;

/// What a chart shows.
pub(super) struct Series {
    points: Vec<(DateTime<Utc>, i64)>,
    /// The period before, point by point.
    before: Vec<i64>,
    /// The point under the cursor.
    cursor: Option<usize>,
    /// By whose clocks times are shown.
    pub(super) zone: Zone,
}

impl Series {
    pub(super) fn of(series: &Timeseries, zone: &Zone, value: fn(&Point) -> i64) -> Self {
        let points = series.points.iter();
        Self {
            points: points.map(|point| (point.t, value(point))).collect(),
            before: Vec::new(),
            cursor: None,
            zone: zone.clone(),
        }
    }

    /// With another one behind it.
    pub(super) fn before(mut self, series: Option<&Timeseries>, value: fn(&Point) -> i64) -> Self {
        if let Some(series) = series {
            let points = series.points.iter().take(self.points.len());
            self.before = points.map(value).collect();
        }
        self
    }

    /// With the cursor on a point, counted from the newest.
    pub(super) fn at(mut self, from_newest: Option<usize>) -> Self {
        self.cursor = from_newest.and_then(|point| self.points.len().checked_sub(point + 1));
        self
    }

    pub(super) fn under_cursor(&self) -> Option<(DateTime<Utc>, i64)> {
        self.points.get(self.cursor?).copied()
    }

    /// The highest point, of several the first; none when all are zero.
    pub(super) fn peak(&self) -> Option<(DateTime<Utc>, i64)> {
        let highest = self.points.iter().rev().max_by_key(|(_, value)| *value);
        highest.copied().filter(|(_, value)| *value > 0)
    }
}

/// Draws a series of at least one point, ascending in time.
pub(super) fn render(pen: &mut Pen<'_>, series: &Series) {
    let points = &series.points;
    let area = pen.area();
    let values = points.iter().map(|(_, value)| *value);
    let highest = values
        .chain(series.before.iter().copied())
        .max()
        .unwrap_or(0);
    let rows = area.height.saturating_sub(2);
    if rows < 2 || points.is_empty() {
        return;
    }
    let axis = ValueAxis::up_to(highest, rows);
    let labels = axis.labels();
    let gutter = labels
        .iter()
        .map(|(_, label)| text::width(label))
        .max()
        .unwrap_or(0);
    let gutter = u16::try_from(gutter).unwrap_or(0) + 1;
    let columns = area.width.saturating_sub(gutter + 1);
    if columns < 4 {
        return;
    }
    let plot = Rect::new(area.x + gutter + 1, area.y, columns, rows);
    let (theme, marker) = (pen.look.theme, pen.look.marker);
    if let Some(cursor) = series.cursor {
        upright(pen, gutter + 1, rows, columns, cursor, points.len());
    }
    let last = points.len() - 1;
    if !series.before.is_empty() {
        let behind = match marker {
            Marker::Custom(_) => Marker::Custom('.'),
            _ => Marker::Dot,
        };
        line(
            pen,
            plot,
            &series.before,
            last,
            axis.top,
            (theme.before, behind),
        );
    }
    let values: Vec<i64> = points.iter().map(|(_, value)| *value).collect();
    line(pen, plot, &values, last, axis.top, (theme.series, marker));
    value_axis(pen, gutter, rows, &axis, &labels);
    time_axis(pen, gutter, rows, columns, series);
    if let Some(cursor) = series.cursor {
        let x = gutter + 1 + along(cursor, points.len(), columns);
        pen.put(x, rows, 1, pen.look.glyphs.up, theme.title);
    }
}

/// The column of a point.
fn along(point: usize, points: usize, columns: u16) -> u16 {
    let last = points.saturating_sub(1).max(1);
    let x = point * usize::from(columns.saturating_sub(1)) / last;
    u16::try_from(x).unwrap_or(0)
}

/// A line through the point under the cursor; the series is drawn over it.
fn upright(pen: &mut Pen<'_>, left: u16, rows: u16, columns: u16, cursor: usize, points: usize) {
    let (theme, glyphs) = (pen.look.theme, pen.look.glyphs);
    let x = left + along(cursor, points, columns);
    for y in 0..rows {
        pen.put(x, y, 1, glyphs.upright, theme.rest);
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a chart is some hundred dots wide and high"
)]
fn line(
    pen: &mut Pen<'_>,
    plot: Rect,
    values: &[i64],
    last: usize,
    top: i64,
    (style, marker): (Style, Marker),
) {
    let colour = style.fg.unwrap_or_default();
    let right = last.max(1) as f64;
    Canvas::default()
        .marker(marker)
        .x_bounds([0.0, right])
        .y_bounds([0.0, top as f64])
        .paint(|context| {
            if let [only] = values {
                context.draw(&Points {
                    coords: &[(0.0, *only as f64)],
                    color: colour,
                });
            }
            for (index, pair) in values.windows(2).enumerate() {
                let (from, to) = (pair[0] as f64, pair[1] as f64);
                context.draw(&Line::new(
                    index as f64,
                    from,
                    (index + 1) as f64,
                    to,
                    colour,
                ));
            }
        })
        .render(plot, pen.buffer());
}

/// The upright axis: from nothing to a round number.
struct ValueAxis {
    step: i64,
    top: i64,
}

impl ValueAxis {
    fn up_to(highest: i64, rows: u16) -> Self {
        let highest = highest.max(1);
        let ticks = i64::from((rows / 3).clamp(1, 6));
        let step = round_step((highest + ticks - 1) / ticks);
        // The top need not be a mark: half the chart would be empty above a
        // line that just passes one.
        let fine = (step / 5).max(1);
        let top = highest.saturating_add(fine - 1) / fine * fine;
        Self { step, top }
    }

    fn labels(&self) -> Vec<(i64, String)> {
        (0..=self.top / self.step)
            .map(|tick| (tick * self.step, number::round(tick * self.step)))
            .collect()
    }
}

/// The smallest of 1, 2, 5, 10, 20, 50, … that is not below `least`.
fn round_step(least: i64) -> i64 {
    let mut power: i64 = 1;
    loop {
        for factor in [1, 2, 5] {
            match power.checked_mul(factor) {
                Some(step) if step >= least => return step,
                Some(_) => {}
                None => return least.max(1),
            }
        }
        match power.checked_mul(10) {
            Some(next) => power = next,
            None => return least.max(1),
        }
    }
}

fn value_axis(
    pen: &mut Pen<'_>,
    gutter: u16,
    rows: u16,
    axis: &ValueAxis,
    labels: &[(i64, String)],
) {
    let (theme, glyphs) = (pen.look.theme, pen.look.glyphs);
    for y in 0..rows {
        pen.put(gutter, y, 1, glyphs.upright, theme.rest);
    }
    for (value, label) in labels {
        let below = i64::from(rows - 1) * value / axis.top.max(1);
        let y = rows - 1 - u16::try_from(below).unwrap_or(0).min(rows - 1);
        pen.put_right(0, y, gutter - 1, label, theme.dim);
    }
}

fn time_axis(pen: &mut Pen<'_>, gutter: u16, y: u16, columns: u16, series: &Series) {
    let (theme, glyphs) = (pen.look.theme, pen.look.glyphs);
    pen.put(gutter, y, 1, glyphs.corner, theme.rest);
    for x in 0..columns {
        pen.put(gutter + 1 + x, y, 1, glyphs.line, theme.rest);
    }
    let Series { points, zone, .. } = series;
    let (Some((first, _)), Some((last, _))) = (points.first(), points.last()) else {
        return;
    };
    let length = (*last - *first).num_seconds().max(1);
    let step = TimeStep::for_range(*last - *first, columns / LABEL);
    let mut free = 0;
    for time in step.ticks(*first, *last, zone) {
        let along = (time - *first).num_seconds() * i64::from(columns - 1) / length;
        let x = u16::try_from(along).unwrap_or(0);
        pen.put(gutter + 1 + x, y, 1, glyphs.tick, theme.rest);
        let label = step.label(time, zone);
        let wide = u16::try_from(text::width(&label)).unwrap_or(0);
        // Under its mark, but inside the chart and clear of the label before.
        let start = x.saturating_sub(wide / 2).min(columns.saturating_sub(wide));
        if start >= free {
            pen.put(gutter + 1 + start, y + 1, wide, &label, theme.dim);
            free = start + wide + 1;
        }
    }
}

/// How far apart the marks of the time axis are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TimeStep {
    Seconds(i64),
    Months(u32),
}

const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

impl TimeStep {
    /// The finest step with at most so many marks.
    fn for_range(length: TimeDelta, marks: u16) -> Self {
        const SECONDS: [i64; 15] = [
            MINUTE,
            2 * MINUTE,
            5 * MINUTE,
            10 * MINUTE,
            15 * MINUTE,
            30 * MINUTE,
            HOUR,
            2 * HOUR,
            3 * HOUR,
            6 * HOUR,
            12 * HOUR,
            DAY,
            2 * DAY,
            7 * DAY,
            14 * DAY,
        ];
        let marks = i64::from(marks.max(1));
        let length = length.num_seconds();
        let fits = |seconds: i64| length / seconds <= marks;
        if let Some(seconds) = SECONDS.into_iter().find(|seconds| fits(*seconds)) {
            return Self::Seconds(seconds);
        }
        let months = [1, 2, 3, 6]
            .into_iter()
            .find(|months| fits(i64::from(*months) * 30 * DAY));
        Self::Months(months.unwrap_or(12))
    }

    fn ticks(self, first: DateTime<Utc>, last: DateTime<Utc>, zone: &Zone) -> Vec<DateTime<Utc>> {
        let mut ticks = Vec::new();
        let mut next = self.first_at_or_after(first, zone);
        while let Some(time) = next
            && time <= last
            && ticks.len() < 1_000
        {
            ticks.push(time);
            next = self.first_at_or_after(time + TimeDelta::seconds(1), zone);
        }
        ticks
    }

    /// Where the zone's clocks, or its calendar, turn.
    fn first_at_or_after(self, first: DateTime<Utc>, zone: &Zone) -> Option<DateTime<Utc>> {
        let shown = zone.at(first);
        let today = shown.date_naive();
        match self {
            Self::Seconds(seconds) if seconds < DAY => {
                let past = i64::from(shown.num_seconds_from_midnight()).rem_euclid(seconds);
                let wait = TimeDelta::seconds(if past == 0 { 0 } else { seconds - past });
                let next = zone.when(shown.naive_local() + wait);
                // The hour that clocks show twice was shown before.
                Some(if next < first { first + wait } else { next })
            }
            Self::Seconds(seconds) => {
                let days = i64::from(today.to_epoch_days());
                // Weeks begin on Monday; day 0 of the clock was a Thursday.
                let phase = if seconds % (7 * DAY) == 0 { 4 } else { 0 };
                let past = (days - phase).rem_euclid(seconds / DAY);
                let wait = u64::try_from(if past == 0 { 0 } else { seconds / DAY - past }).ok()?;
                let start = zone.start_of(today.checked_add_days(Days::new(wait))?);
                if start >= first {
                    return Some(start);
                }
                let step = u64::try_from(seconds / DAY).ok()?;
                Some(zone.start_of(today.checked_add_days(Days::new(step))?))
            }
            Self::Months(months) => {
                let mut month = today.with_day(1)?;
                while zone.start_of(month) < first || month.month0() % months != 0 {
                    month = month.checked_add_months(Months::new(1))?;
                }
                Some(zone.start_of(month))
            }
        }
    }

    fn label(self, time: DateTime<Utc>, zone: &Zone) -> String {
        let shown = zone.at(time);
        match self {
            Self::Seconds(seconds) if seconds < DAY && zone.day_from(time).is_none() => {
                shown.format("%H:%M").to_string()
            }
            Self::Seconds(_) => shown.format("%-d %b").to_string(),
            Self::Months(_) => shown.format("%b %Y").to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(0, 1)]
    #[case(1, 1)]
    #[case(3, 5)]
    #[case(11, 20)]
    #[case(51, 100)]
    #[case(i64::MAX, i64::MAX)]
    fn steps_are_round(#[case] least: i64, #[case] step: i64) {
        assert_eq!(round_step(least), step);
    }

    #[rstest]
    #[case("UTC", "2025-12-01T13:00:00Z", "2025-12-02T13:00:00Z", 8, &["15:00", "18:00", "21:00", "2 Dec", "03:00", "06:00", "09:00", "12:00"])]
    #[case("UTC", "2025-11-28T00:00:00Z", "2025-12-04T00:00:00Z", 6, &["28 Nov", "29 Nov", "30 Nov", "1 Dec", "2 Dec", "3 Dec", "4 Dec"])]
    #[case("UTC", "2025-11-05T00:00:00Z", "2025-12-04T00:00:00Z", 5, &["10 Nov", "17 Nov", "24 Nov", "1 Dec"])]
    #[case("UTC", "2025-01-05T00:00:00Z", "2025-12-04T00:00:00Z", 5, &["Mar 2025", "May 2025", "Jul 2025", "Sep 2025", "Nov 2025"])]
    #[case("UTC", "2025-12-01T13:00:00Z", "2025-12-01T13:00:00Z", 8, &["13:00"])]
    #[case("Asia/Ho_Chi_Minh", "2025-12-01T13:00:00Z", "2025-12-02T13:00:00Z", 8, &["21:00", "2 Dec", "03:00", "06:00", "09:00", "12:00", "15:00", "18:00"])]
    #[case("Asia/Kolkata", "2025-12-01T18:00:00Z", "2025-12-01T21:00:00Z", 4, &["2 Dec", "01:00", "02:00"])]
    #[case("Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29T21:00:00Z", 8, &["29 Mar", "03:00", "06:00", "09:00", "12:00", "15:00", "18:00", "21:00"])]
    #[case("Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-27T22:59:00Z", 4, &["25 Oct", "26 Oct", "27 Oct"])]
    #[case("Europe/Berlin", "2026-01-31T23:00:00Z", "2026-05-31T22:00:00Z", 5, &["Feb 2026", "Mar 2026", "Apr 2026", "May 2026", "Jun 2026"])]
    fn marks_are_where_clocks_and_calendars_turn(
        #[case] zone: Zone,
        #[case] first: &str,
        #[case] last: &str,
        #[case] marks: u16,
        #[case] labels: &[&str],
    ) {
        let (first, last): (DateTime<Utc>, DateTime<Utc>) =
            (first.parse().unwrap(), last.parse().unwrap());
        let step = TimeStep::for_range(last - first, marks);
        let shown: Vec<String> = step
            .ticks(first, last, &zone)
            .into_iter()
            .map(|time| step.label(time, &zone))
            .collect();
        assert_eq!(shown, labels);
    }
}
