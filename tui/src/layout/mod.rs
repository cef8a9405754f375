//! Where things go: the geometry that drawing and moving the cursor share.

mod lists;

use ratatui::layout::{Rect, Size};

pub use self::lists::{
    ActivityAreas, List, OverviewAreas, PipelineAreas, SessionsAreas, activity, below, inside,
    list, list_rows, overview, pipeline, sessions, top,
};
use crate::app::{Link, State, View};
use crate::text;

/// The smallest terminal that shows anything useful.
pub const SMALLEST: Size = Size {
    width: 80,
    height: 24,
};

/// From this width on, an open event stands beside the list, not over it.
pub const WIDE: u16 = 110;

/// Columns of an open event that stands beside the list.
pub const EVENT_COLUMNS: u16 = 56;

/// The parts of the screen, top to bottom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Areas {
    /// Database, link, freshness.
    pub header: Rect,
    /// The views.
    pub tabs: Rect,
    /// Range and filters of what is shown.
    pub crumbs: Rect,
    /// What went wrong and what to do; empty when all is well.
    pub notice: Rect,
    /// The view.
    pub body: Rect,
    /// The keys.
    pub footer: Rect,
}

/// Is the terminal too small to draw on?
#[must_use]
pub fn is_too_small(size: Size) -> bool {
    size.width < SMALLEST.width || size.height < SMALLEST.height
}

/// Cuts the screen into its parts.
#[must_use]
pub fn areas(state: &State) -> Areas {
    let Size { width, height } = state.size;
    let rows = u16::try_from(notice(state).len()).unwrap_or(0);
    let line =
        |y: u16, rows: u16| Rect::new(0, y.min(height), width, rows.min(height - y.min(height)));
    let body = height.saturating_sub(4 + rows);
    Areas {
        header: line(0, 1),
        tabs: line(1, 1),
        crumbs: line(2, 1),
        notice: line(3, rows),
        body: line(3 + rows, body),
        footer: line(3 + rows + body, 1),
    }
}

/// What went wrong, wrapped: at most two lines.
#[must_use]
pub fn notice(state: &State) -> Vec<String> {
    let why = match (&state.link, &state.failure) {
        (Link::Lost { why, .. } | Link::Locked { why }, _) => Some(why.clone()),
        (_, Some((subject, why)))
            if *subject == state.subject() || subject.view == View::Events =>
        {
            Some(why.clone())
        }
        (Link::Connected, _) => {
            let advice = [state.clock.advice(), state.schema.advice()];
            let said = advice.iter().flatten().map(|advice| text::sentence(advice));
            let said = said.collect::<Vec<_>>().join(" ");
            (!said.is_empty()).then_some(said)
        }
        (Link::Connecting, _) => None,
    };
    let Some(why) = why else {
        return Vec::new();
    };
    let columns = usize::from(state.size.width).saturating_sub(4);
    let mut lines = text::wrap(&why, columns);
    if lines.len() > 2 {
        // The rest of a sentence that is longer than two lines is in the log.
        lines.truncate(2);
        let last = lines.pop().unwrap_or_default();
        lines.push(text::cut(&format!("{last}  "), columns.saturating_sub(1), '…') + "…");
    }
    lines
}

fn wrapped(words: &str, columns: u16) -> Vec<String> {
    text::wrap(words, usize::from(columns))
}

/// A tab: its view, where it is, and its words, which may be longer.
pub type Tab = (View, Rect, String);

/// Titles of so many letters are never cut: nothing would be won.
const SHORT_TITLE: usize = 6;

/// The tabs, side by side; where they do not fit, those that are not open are cut.
#[must_use]
pub fn tabs(state: &State) -> Vec<Tab> {
    let area = areas(state).tabs;
    let open = state.place.view.tab();
    let placed = |longest: usize, padding: &str, from: u16| -> Vec<Tab> {
        let mut x = from;
        let place = |view: View| {
            let title = view.title();
            let whole = view == open || title.len() <= SHORT_TITLE;
            let shown = if whole {
                title.len()
            } else {
                title.len().min(longest)
            };
            let width = u16::try_from(shown + 2 + 2 * padding.len()).unwrap_or(u16::MAX);
            let tab = Rect::new(x, area.y, width, 1);
            x += width + 1;
            let words = format!("{padding}{} {title}{padding}", view.number());
            (view, tab, words)
        };
        View::ALL.map(place).to_vec()
    };
    let fits = |tabs: &Vec<Tab>| {
        tabs.last()
            .is_some_and(|(_, tab, _)| tab.right() <= area.width)
    };
    let roomy = Some(placed(usize::MAX, " ", 0)).filter(fits);
    let narrow = || {
        (4..=10)
            .rev()
            .map(|longest| placed(longest, "", 1))
            .find(fits)
    };
    roomy.or_else(narrow).unwrap_or_else(|| placed(3, "", 1))
}

/// The box of the help, in the middle.
#[must_use]
pub fn help_area(state: &State) -> Rect {
    let size = state.size;
    let columns = size.width.saturating_sub(4).min(92);
    let rows = help_lines(state)
        .saturating_add(2)
        .min(size.height.saturating_sub(2));
    centred(size, columns, rows)
}

/// How far the help can be scrolled down.
#[must_use]
pub fn help_scroll(state: &State) -> u16 {
    help_lines(state).saturating_sub(help_area(state).height.saturating_sub(2))
}

fn help_lines(state: &State) -> u16 {
    u16::try_from(state.keymap.help_lines().len()).unwrap_or(u16::MAX)
}

/// A box of a size in the middle of the screen.
#[must_use]
pub fn centred(size: Size, columns: u16, rows: u16) -> Rect {
    let columns = columns.min(size.width);
    let rows = rows.min(size.height);
    Rect::new(
        (size.width - columns) / 2,
        (size.height - rows) / 2,
        columns,
        rows,
    )
}
