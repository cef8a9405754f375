//! Drawing: reads the state, writes cells, decides nothing.
//!
//! ```text
//!  clickstream_dw@localhost:5432  ● connected      data to 13:02, 4 min ago   header
//!  1 Overview  2 Funnel  3 Products  4 Categories  5 Brands  6 Sessions  …    tabs
//!  last 24 h · 2 Dec 13:06 to 3 Dec 13:06 UTC › login logged_in     live 10 s  crumbs
//!  what went wrong and what to do, if anything did                            notice
//!  the view                                                                   body
//!  t range  [] shift  +- zoom  l login                       ? help  q quit   footer
//! ```

mod activity;
mod bar;
mod boxed;
mod chart;
mod events;
mod forms;
mod frame;
mod funnel;
mod groups;
mod help;
mod hours;
mod line;
mod nothing;
mod overview;
mod password;
mod pen;
mod pipeline;
mod products;
mod range_menu;
mod session;
mod session_list;
mod sessions;
mod table;
mod tile;

use ratatui::Frame;

use sbw_queries::answers::timeseries::{Bucket, Point, Timeseries};

use self::pen::Pen;
use crate::app::{Overlay, State, View};
use crate::theme::Look;
use crate::{layout, number, text};

/// Draws the dashboard.
pub fn draw(frame: &mut Frame<'_>, state: &State, look: &Look) {
    // The terminal changed between the last action and this frame; word of its
    // new size is on the way, and the frame after that has it.
    if frame.area().as_size() != state.size {
        return;
    }
    if layout::is_too_small(state.size) {
        frame::too_small(frame, state, look);
        return;
    }
    let areas = layout::areas(state);
    frame::render(frame, &areas, state, look);
    match state.place.view {
        View::Overview => overview::render(frame, areas.body, state, look),
        View::Funnel => funnel::render(frame, areas.body, state, look),
        View::Products => products::render(frame, areas.body, state, look),
        View::Categories | View::Brands => groups::render(frame, areas.body, state, look),
        View::Sessions => sessions::render(frame, areas.body, state, look),
        View::Activity => activity::render(frame, areas.body, state, look),
        View::StepSessions => session_list::render(frame, areas.body, state, look),
        View::Session => session::render(frame, areas.body, state, look),
        View::Hours => hours::render(frame, areas.body, state, look),
        View::Events => events::render(frame, areas.body, state, look),
        View::Pipeline => pipeline::render(frame, areas.body, state, look),
    }
    match &state.overlay {
        None => {}
        Some(Overlay::Help { scroll }) => help::render(frame, *scroll, state, look),
        Some(Overlay::Ranges { row }) => range_menu::render(frame, *row, state, look),
        Some(Overlay::Range { line, problem }) => {
            range_menu::render_line(frame, line, problem.as_deref(), state, look);
        }
        Some(Overlay::Search { line, .. }) => line::search(frame, line, state, look),
        Some(Overlay::Filters { row, lines }) => forms::filters(frame, *row, lines, state, look),
        Some(Overlay::Export { row }) => forms::export(frame, *row, state, look),
        Some(Overlay::Columns { row }) => forms::columns(frame, *row, state, look),
        Some(Overlay::Palette { line, row }) => forms::palette(frame, line, *row, state, look),
        Some(Overlay::Password { line }) => password::render(frame, line, state, look),
    }
}

/// A chart under its title, which says where the peak is, or what is at the cursor and,
/// as far as there is room, what else `more` knows of it, its longest form first.
fn over_time(
    pen: &mut Pen<'_>,
    what: &str,
    shown: &Timeseries,
    series: &chart::Series,
    more: &dyn Fn(&Point) -> [String; 2],
) {
    let theme = pen.look.theme;
    let area = pen.area();
    let width = match shown.bucket {
        Bucket::Minute => "minute",
        Bucket::Hour => "hour",
        Bucket::Day => "day",
        Bucket::Week => "week",
    };
    let fine = matches!(shown.bucket, Bucket::Minute | Bucket::Hour);
    let format = if fine { "%-d %b %H:%M" } else { "%-d %b" };
    let used = pen.put(
        0,
        0,
        area.width,
        &format!("{what} per {width}"),
        theme.title,
    );
    let room = area.width.saturating_sub(used + 2);
    if let Some((at, value)) = series.under_cursor() {
        let words = format!(
            "{} on {}",
            number::count(value),
            series.zone.at(at).format(format)
        );
        let point = shown.points.iter().find(|point| point.t == at);
        let longer = point.and_then(|point| {
            let more = more(point).into_iter().filter(|more| !more.is_empty());
            more.map(|more| format!("{words}, {more}"))
                .find(|words| text::width(words) <= usize::from(room))
        });
        pen.put_right(used + 2, 0, room, &longer.unwrap_or(words), theme.strong);
    } else if let Some((at, peak)) = series.peak() {
        let peak = number::count(peak);
        let long = format!("peak {peak} on {}", series.zone.at(at).format(format));
        let fits = text::width(&long) <= usize::from(room);
        let words = if fits { long } else { format!("peak {peak}") };
        pen.put_right(used + 2, 0, room, &words, theme.dim);
    }
    chart::render(&mut pen.within(layout::below(area, 1)), series);
}

/// Says that a search found nothing.
fn searched(pen: &mut Pen<'_>, search: &str, what: &str) {
    pen.say(&format!(
        "No {what} contains \"{search}\"; / searches for another, Esc shows all."
    ));
}

/// Says under the last row that the warehouse may have more.
fn cut_off(pen: &mut Pen<'_>, rows: usize, left: usize, height: usize) {
    if rows < crate::app::TABLE_ROWS as usize || left >= height {
        return;
    }
    let words = format!("only the first {rows} were asked for; f narrows them down");
    let y = u16::try_from(left + 1).unwrap_or(u16::MAX);
    pen.put(1, y, pen.area().width, &words, pen.look.theme.dim);
}
