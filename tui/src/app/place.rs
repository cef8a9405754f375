//! Where the reader is: a view, a time, filters, and a cursor in it.

use sbw_queries::answers::funnel::Segment;
use sbw_queries::filter::Filter;

use super::event_list::EventList;
use crate::period::Period;

/// The screens, in the order of their tabs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum View {
    /// The shop in numbers.
    Overview,
    /// Where shoppers drop out.
    Funnel,
    /// The events themselves.
    Events,
    /// How the warehouse is filled.
    Pipeline,
}

impl View {
    /// All of them, in order.
    pub const ALL: [Self; 4] = [Self::Overview, Self::Funnel, Self::Events, Self::Pipeline];

    /// The key that opens it; numbers between are kept for views to come.
    #[must_use]
    pub const fn number(self) -> char {
        match self {
            Self::Overview => '1',
            Self::Funnel => '2',
            Self::Events => '8',
            Self::Pipeline => '9',
        }
    }

    /// The word on its tab.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Funnel => "Funnel",
            Self::Events => "Events",
            Self::Pipeline => "Pipeline",
        }
    }

    pub(super) fn next(self) -> Self {
        self.at_distance(1)
    }

    pub(super) fn previous(self) -> Self {
        self.at_distance(Self::ALL.len() - 1)
    }

    fn at_distance(self, steps: usize) -> Self {
        let here = Self::ALL.iter().position(|&view| view == self).unwrap_or(0);
        Self::ALL[(here + steps) % Self::ALL.len()]
    }
}

/// One stop of the way through the data. Drilling down pushes the stop that was
/// left, whole, so that stepping back finds its cursor and scroll as they were.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// The open screen.
    pub view: View,
    /// The time it asks about.
    pub period: Period,
    /// The events it keeps.
    pub filter: Filter,
    /// What the funnel is compared by.
    pub segment: Option<Segment>,
    /// The row under the cursor of the overview's event mix.
    pub event_row: usize,
    /// The row under the cursor of the pipeline's runs.
    pub run_row: usize,
    /// The list of events, its cursor and scroll.
    pub events: EventList,
    /// Is one event shown in full?
    pub event_open: bool,
}

impl Place {
    /// The start: the overview of a period.
    #[must_use]
    pub fn new(period: Period) -> Self {
        Self {
            view: View::Overview,
            period,
            filter: Filter::default(),
            segment: None,
            event_row: 0,
            run_row: 0,
            events: EventList::default(),
            event_open: false,
        }
    }
}

/// The login filter that follows: all, then each state.
pub(super) fn next_login(login: Option<&str>) -> Option<String> {
    const STATES: [&str; 4] = ["logged_in", "anonymous", "guest", "unknown"];
    let next = match login {
        None => Some(STATES[0]),
        Some(now) => STATES
            .iter()
            .position(|state| *state == now)
            .and_then(|at| STATES.get(at + 1))
            .copied(),
    };
    next.map(str::to_owned)
}

/// What the funnel is compared by next: nothing, then each segment.
pub(super) fn next_segment(segment: Option<Segment>) -> Option<Segment> {
    match segment {
        None => Some(Segment::Login),
        Some(Segment::Login) => Some(Segment::Category),
        Some(Segment::Category) => Some(Segment::Brand),
        Some(Segment::Brand) => None,
    }
}
