//! Where the reader is: which screen, of which events, and where on it.

use sbw_queries::answers::funnel::Segment;
use sbw_queries::answers::raw::RawEvent;
use sbw_queries::answers::session_list::{AtStep, SessionRow};
use sbw_queries::{Filter, Zone};

use super::pages::Pages;
use super::table::Table;
use super::view::View;
use crate::period::Period;

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
    /// Is the period before asked about too?
    pub compare: bool,
    /// What the funnel is compared by.
    pub segment: Option<Segment>,
    /// By whose clocks times are shown, and days and hours are cut.
    pub zone: Zone,
    /// The cursor of the event mix and the login states, one list.
    pub mix: Table,
    /// The cursor of the funnel's steps, or of its groups.
    pub steps: Table,
    /// In the funnel: is the cursor on those that dropped out?
    pub dropped: bool,
    /// The products, as they are sorted and searched.
    pub products: Table,
    /// The categories.
    pub categories: Table,
    /// The brands.
    pub brands: Table,
    /// The cursor of the pipeline's runs.
    pub runs: Table,
    /// The point in time under the cursor of a chart, counted from the newest.
    pub point: Option<usize>,
    /// The cell under the cursor of the heatmap.
    pub cell: Cell,
    /// The hours of that cell.
    pub hours: Table,
    /// The list of events, its cursor and scroll.
    pub events: Pages<RawEvent>,
    /// The list of sessions.
    pub sessions: Pages<SessionRow>,
    /// Which sessions of the funnel a list is narrowed to.
    pub at_step: Option<AtStep>,
    /// The session whose timeline is open.
    pub session: Option<OpenSession>,
    /// The cursor of the timeline.
    pub timeline: Table,
    /// Is one event shown in full?
    pub event_open: bool,
}

/// An hour of the week.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Cell {
    /// 0 is Monday.
    pub weekday: usize,
    /// 0 to 23.
    pub hour: usize,
}

/// A session that was drilled into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSession {
    /// Which.
    pub id: String,
    /// How many of its events the list that led here kept, if one did.
    pub kept: Option<i64>,
}

impl Place {
    /// The start: the overview of a period.
    #[must_use]
    pub fn new(period: Period) -> Self {
        Self {
            view: View::Overview,
            period,
            filter: Filter::default(),
            compare: false,
            segment: None,
            zone: Zone::utc(),
            mix: Table::default(),
            steps: Table::default(),
            dropped: false,
            products: Table::default(),
            categories: Table::default(),
            brands: Table::default(),
            runs: Table::default(),
            point: None,
            cell: Cell::default(),
            hours: Table::default(),
            events: Pages::default(),
            sessions: Pages::default(),
            at_step: None,
            session: None,
            timeline: Table::default(),
            event_open: false,
        }
    }

    /// The cursor of the open screen's table, if it has one.
    #[must_use]
    pub fn table(&self) -> Option<&Table> {
        match self.view {
            View::Overview => Some(&self.mix),
            View::Funnel => Some(&self.steps),
            View::Products => Some(&self.products),
            View::Categories => Some(&self.categories),
            View::Brands => Some(&self.brands),
            View::Pipeline => Some(&self.runs),
            View::Session => Some(&self.timeline),
            View::Hours => Some(&self.hours),
            View::Sessions | View::StepSessions | View::Activity | View::Events => None,
        }
    }

    pub(super) fn table_mut(&mut self) -> Option<&mut Table> {
        match self.view {
            View::Overview => Some(&mut self.mix),
            View::Funnel => Some(&mut self.steps),
            View::Products => Some(&mut self.products),
            View::Categories => Some(&mut self.categories),
            View::Brands => Some(&mut self.brands),
            View::Pipeline => Some(&mut self.runs),
            View::Session => Some(&mut self.timeline),
            View::Hours => Some(&mut self.hours),
            View::Sessions | View::StepSessions | View::Activity | View::Events => None,
        }
    }

    /// The same place asking something else: a cursor on another list says nothing.
    pub(super) fn elsewhere(&self) -> Self {
        let mut place = Self {
            filter: self.filter.clone(),
            compare: self.compare,
            segment: self.segment,
            zone: self.zone.clone(),
            runs: self.runs.clone(),
            cell: self.cell,
            at_step: self.at_step,
            session: self.session.clone(),
            view: self.view,
            products: self.products.clone(),
            categories: self.categories.clone(),
            brands: self.brands.clone(),
            ..Self::new(self.period)
        };
        // The order that a reader chose goes along.
        place.products.rewind();
        place.categories.rewind();
        place.brands.rewind();
        place
    }
}

/// The login filters that are always there: the states that a shop sends, none, and all others.
pub(super) const LOGIN_STATES: [&str; 5] = ["logged_in", "anonymous", "guest", "unknown", "other"];

/// The login filter that follows: all, then each state.
pub(super) fn next_login(login: Option<&str>) -> Option<String> {
    let next = match login {
        None => Some(LOGIN_STATES[0]),
        Some(now) => LOGIN_STATES
            .iter()
            .position(|state| *state == now)
            .and_then(|at| LOGIN_STATES.get(at + 1))
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
