//! What is around every view: header, tabs, crumbs, notice, footer.

use ratatui::Frame;
use ratatui::style::Style;

use super::pen::Pen;
use crate::app::{Link, Listed, Pages, State, Subject, View, seconds_until};
use crate::layout::{self, Areas, SMALLEST};
use crate::theme::Look;
use crate::{number, period, text};
use sbw_queries::answers::session_list::Outcome;

/// Draws all but the body.
pub(super) fn render(frame: &mut Frame<'_>, areas: &Areas, state: &State, look: &Look) {
    header(&mut Pen::new(frame, areas.header, look), state);
    tabs(&mut Pen::new(frame, areas.tabs, look), state);
    crumbs(&mut Pen::new(frame, areas.crumbs, look), state);
    notice(&mut Pen::new(frame, areas.notice, look), state);
    footer(&mut Pen::new(frame, areas.footer, look), state);
}

/// Says that the terminal is too small, and what would do.
pub(super) fn too_small(frame: &mut Frame<'_>, state: &State, look: &Look) {
    let mut pen = Pen::new(frame, frame_area(state), look);
    let (width, height) = (state.size.width, state.size.height);
    let lines = [
        "The terminal is too small.".to_owned(),
        format!(
            "It is {width}x{height}; {}x{} is enough.",
            SMALLEST.width, SMALLEST.height
        ),
        "q quits.".to_owned(),
    ];
    let top = height.saturating_sub(3) / 2;
    for (line, y) in lines.iter().zip(top..) {
        pen.put_centred(0, y, width, line, Style::new());
    }
}

fn frame_area(state: &State) -> ratatui::layout::Rect {
    ratatui::layout::Rect::new(0, 0, state.size.width, state.size.height)
}

fn header(pen: &mut Pen<'_>, state: &State) {
    let theme = pen.look.theme;
    let width = pen.area().width;
    let fresh = freshness(state);
    let right = u16::try_from(text::width(&fresh)).unwrap_or(0) + 1;
    pen.put_right(0, 0, width - 1, &fresh, theme.dim);
    let (link, style) = link(state, pen.look);
    let link_columns = u16::try_from(text::width(&link)).unwrap_or(0);
    let room = width.saturating_sub(right + link_columns + 5);
    let used = pen.put(1, 0, room, &state.source, theme.strong);
    pen.put(
        used + 3,
        0,
        width.saturating_sub(used + 3 + right),
        &link,
        style,
    );
}

/// The link in a symbol and a word.
fn link(state: &State, look: &Look) -> (String, Style) {
    let (theme, glyphs) = (look.theme, look.glyphs);
    match &state.link {
        Link::Connecting => (format!("{} connecting", glyphs.linking), theme.warn),
        Link::Connected => (format!("{} connected", glyphs.linked), theme.good),
        Link::Locked { .. } => (format!("{} password?", glyphs.unlinked), theme.warn),
        Link::Lost {
            tries, retry_at, ..
        } => {
            let next = match retry_at {
                Some(at) => format!("try {} in {} s", tries + 1, seconds_until(*at, state.now)),
                None => format!("try {tries} now"),
            };
            (format!("{} lost, {next}", glyphs.unlinked), theme.bad)
        }
    }
}

/// How old what is on the screen is.
fn freshness(state: &State) -> String {
    let Some(heard_at) = state.heard_at() else {
        return "no data yet".to_owned();
    };
    let Some(newest) = state.newest_event() else {
        return "no events yet".to_owned();
    };
    let to = number::moment(newest, state.server_now(), &state.place.zone);
    if state.link == Link::Connected {
        format!("data to {to}, {}", number::age(state.server_now() - newest))
    } else {
        format!("data to {to}, read {}", number::age(state.now - heard_at))
    }
}

fn tabs(pen: &mut Pen<'_>, state: &State) {
    let theme = pen.look.theme;
    for (view, place, words) in layout::tabs(state) {
        let style = if view == state.place.view.tab() {
            theme.tab
        } else {
            theme.dim
        };
        pen.put(place.x, 0, place.width, &words, style);
    }
}

fn crumbs(pen: &mut Pen<'_>, state: &State) {
    let (theme, glyphs) = (pen.look.theme, pen.look.glyphs);
    let width = pen.area().width;
    let (status, style) = status(state, pen.look);
    let right = u16::try_from(text::width(&status)).unwrap_or(0);
    pen.put_right(0, 0, width - 1, &status, style);
    let room = width.saturating_sub(right + 4);
    let (long, short, filters) = heading(state, glyphs.separator);
    let columns = |time: &str| {
        let filters = filters.iter().map(|filter| text::width(filter) + 3);
        text::width(time) + filters.sum::<usize>()
    };
    // The dates go first, then the ends of names: the last drill must stay in sight.
    let fits = |time: &str| columns(time) <= usize::from(room);
    let time = if fits(&long) { &long } else { &short };
    let each = usize::from(room)
        .saturating_sub(text::width(time) + 3 * filters.len())
        .checked_div(filters.len());
    let mut used = pen.put(1, 0, room, time, theme.strong);
    for filter in &filters {
        let rest = room.saturating_sub(used);
        let shown = if fits(time) {
            filter.clone()
        } else {
            text::cut(filter, each.unwrap_or(0), glyphs.ellipsis)
        };
        used += pen.put_all(
            1 + used,
            0,
            rest,
            &[(glyphs.crumb, theme.dim), (&shown, theme.strong)],
        );
    }
}

/// The time, in long and in short, and the filters of what is on the screen.
fn heading(state: &State, separator: &str) -> (String, String, Vec<String>) {
    if state.place.view == View::Pipeline {
        let all = "all loads".to_owned();
        return (all.clone(), all, Vec::new());
    }
    let asked = Subject::of(&state.place);
    let shown = state.shown_subject();
    // A session is of no range: its crumbs are of the way to it.
    let subject = if shown.view.is_of_a_range() {
        shown
    } else {
        Subject {
            period: state.place.period,
            zone: state.place.zone.clone(),
            filter: state.place.filter.clone(),
            ..asked
        }
    };
    let range = match subject.view {
        View::Events => state.place.events.range(),
        View::Sessions | View::StepSessions => state.place.sessions.range(),
        View::Session => None,
        _ => state.shown().answer().map(|answer| answer.range),
    };
    let range = range.unwrap_or_else(|| subject.range(state.server_now()));
    let zone = &subject.zone;
    let offsets = zone.offsets(range.from(), range.to());
    let dates = format!("{} {offsets}", period::dates(range, zone));
    let mut crumbs = filters(state, &subject);
    crumbs.extend(deeper(state));
    let search = state.place.table().map(|table| table.search.trim());
    if let Some(search) = search.filter(|search| !search.is_empty()) {
        crumbs.push(format!("/{search}"));
    }
    if subject.compare {
        crumbs.push("against the period before".to_owned());
    }
    if subject.period.is_fixed() {
        return (dates.clone(), dates, crumbs);
    }
    let short = subject.period.words(zone);
    (format!("{short}{separator}{dates}"), short, crumbs)
}

/// What a drill kept that is no filter of events.
fn deeper(state: &State) -> Option<String> {
    let place = &state.place;
    match place.view {
        View::StepSessions => place.at_step.map(|at| match at.outcome {
            Outcome::Reached => format!("reached step {}", at.step),
            Outcome::Dropped => format!("dropped after step {}", at.step),
        }),
        View::Session => place
            .session
            .as_ref()
            .map(|open| format!("session {}", open.id)),
        View::Hours => {
            let day = super::activity::DAYS.get(place.cell.weekday)?;
            Some(format!("{day} {:02}:00", place.cell.hour))
        }
        _ => None,
    }
}

fn filters(state: &State, subject: &Subject) -> Vec<String> {
    let filter = &subject.filter;
    [
        ("login", &filter.login),
        ("category", &filter.category),
        ("brand", &filter.brand),
        ("product", &filter.product),
        ("event", &filter.event),
    ]
    .into_iter()
    .filter_map(|(name, value)| {
        let value = value.as_ref()?;
        let known = (name == "product").then(|| state.product_name(value));
        let shown = known.flatten().unwrap_or(value);
        Some(format!("{name} {shown}"))
    })
    .collect()
}

/// What the dashboard is doing about the screen.
fn status(state: &State, look: &Look) -> (String, Style) {
    let (theme, glyphs) = (look.theme, look.glyphs);
    if state.is_behind() || state.shown().answer().is_none() {
        let asked = state.subject();
        let what = match asked.view {
            View::Pipeline => "runs".to_owned(),
            View::Session => "the session".to_owned(),
            _ => {
                let mut words = vec![asked.period.words(&asked.zone)];
                words.extend(filters(state, &asked));
                words.join(glyphs.crumb)
            }
        };
        return if state.link == Link::Connected {
            (format!("loading {what}{}", glyphs.ellipsis), theme.warn)
        } else {
            (format!("waiting for {what}"), theme.warn)
        };
    }
    if state.link != Link::Connected {
        return ("not live".to_owned(), theme.warn);
    }
    if state.live.paused {
        return ("paused".to_owned(), theme.warn);
    }
    let place = &state.place;
    let below = match place.view {
        View::Events => below_newest(&place.events),
        View::Sessions | View::StepSessions => below_newest(&place.sessions),
        _ => None,
    };
    if let Some(words) = below {
        return (words, theme.dim);
    }
    let every = number::duration(state.live.every.num_seconds());
    // Where loads are not announced, the screen is as old as the time between.
    let how = if state.live.announced {
        "live,"
    } else {
        "every"
    };
    (format!("{how} {every}"), theme.dim)
}

/// Where the reader of a list is that does not follow the newest row.
fn below_newest<R: Listed>(list: &Pages<R>) -> Option<String> {
    if list.follows() || list.is_empty() {
        return None;
    }
    let row = number::count(i64::try_from(list.passed() + list.cursor() + 1).unwrap_or(0));
    let newer = if list.is_behind() || list.passed() > 0 {
        ", g: newest"
    } else {
        ""
    };
    Some(format!("row {row}{newer}"))
}

fn notice(pen: &mut Pen<'_>, state: &State) {
    let theme = pen.look.theme;
    let style = match &state.link {
        Link::Lost { .. } => theme.bad,
        _ => theme.warn,
    };
    let width = pen.area().width;
    for (line, y) in layout::notice(state).iter().zip(0..) {
        let sign = if y == 0 { "!" } else { " " };
        pen.put_all(
            1,
            y,
            width.saturating_sub(2),
            &[(sign, style), (" ", style), (line, style)],
        );
    }
}

fn footer(pen: &mut Pen<'_>, state: &State) {
    let theme = pen.look.theme;
    let width = pen.area().width;
    if let Some(remark) = state.remark() {
        pen.put(1, 0, width.saturating_sub(2), remark, theme.strong);
        return;
    }
    let hints = state.keymap.footer(state.focus());
    // Help and quitting are what a lost reader looks for: always there, at the right.
    let (pinned, rest): (Vec<_>, Vec<_>) = hints
        .into_iter()
        .partition(|(_, label)| matches!(*label, "help" | "quit" | "back"));
    let columns = |(keys, label): &(String, &str)| {
        u16::try_from(text::width(keys) + text::width(label) + 3).unwrap_or(0)
    };
    let mut right = width.saturating_sub(pinned.iter().map(columns).sum());
    let mut x = 1;
    for hint in rest {
        if x + columns(&hint) > right {
            break;
        }
        x += pen.put_all(
            x,
            0,
            width,
            &[(&hint.0, theme.key), (" ", theme.dim), (hint.1, theme.dim)],
        ) + 2;
    }
    for hint in pinned {
        right += pen.put_all(
            right,
            0,
            width,
            &[(&hint.0, theme.key), (" ", theme.dim), (hint.1, theme.dim)],
        ) + 2;
    }
}
