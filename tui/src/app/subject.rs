//! What a screen asks, and what came back.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sbw_queries::answers::breakdown::GroupRow;
use sbw_queries::answers::events::Events;
use sbw_queries::answers::funnel::{Funnel, Segment, StepRow};
use sbw_queries::answers::heatmap::{CellHours, Heatmap};
use sbw_queries::answers::logins::Logins;
use sbw_queries::answers::overview::Overview;
use sbw_queries::answers::pipeline::{Pipeline, RejectReason};
use sbw_queries::answers::products::ProductRow;
use sbw_queries::answers::raw::{Cursor, Raw};
use sbw_queries::answers::session::Session;
use sbw_queries::answers::session_list::{AtStep, SessionCursor, SessionList};
use sbw_queries::answers::sessions::Sessions;
use sbw_queries::answers::timeseries::Timeseries;
use sbw_queries::filter::Filter;
use sbw_queries::range::TimeRange;
use sbw_queries::zone::Zone;

use super::place::{Cell, Place};
use super::view::View;
use crate::period::Period;

/// Rows of a table at most: more than any shop's brands, and more products than
/// anybody scrolls through. The screen says when there may be others.
pub const TABLE_ROWS: u32 = 500;

/// Events of a session at most; the screen says when there are others.
pub const SESSION_EVENTS: u32 = 2_000;

/// A question of one screen. Two are the same question when they are equal,
/// though a period that follows the clock gets another range each time.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    /// The screen.
    pub view: View,
    /// The time.
    pub period: Period,
    /// By whose clocks days and hours are cut.
    pub zone: Zone,
    /// The events to keep.
    pub filter: Filter,
    /// Is the same asked of the period before?
    pub compare: bool,
    /// What else the screen's question depends on.
    pub part: Part,
}

/// The part of a question that only one view has.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// The view has one answer.
    Whole,
    /// The funnel, of all or by segment.
    Funnel(Option<Segment>),
    /// A page of events: the newest, or those older than a cursor.
    Page(Option<Cursor>),
    /// A page of sessions.
    Sessions {
        /// Of all of them, or of those at a step of the funnel.
        at: Option<AtStep>,
        /// The newest, or those after a cursor.
        before: Option<SessionCursor>,
    },
    /// One session.
    Session(String),
    /// The hours of a cell of the week.
    Hours(Cell),
}

impl Subject {
    /// What `place` asks.
    #[must_use]
    pub fn of(place: &Place) -> Self {
        let part = match place.view {
            View::Overview | View::Products | View::Categories | View::Brands | View::Activity => {
                Part::Whole
            }
            View::Funnel => Part::Funnel(place.segment),
            View::Events => Part::Page(None),
            View::Sessions => Part::Sessions {
                at: None,
                before: None,
            },
            View::StepSessions => Part::Sessions {
                at: place.at_step,
                before: None,
            },
            View::Hours => Part::Hours(place.cell),
            // All of a session, and the books of the loader, know no range and no
            // filter: one answer for all.
            View::Session => {
                let session = place.session.as_ref();
                return Self::of_no_range(
                    View::Session,
                    Part::Session(session.map_or_else(String::new, |open| open.id.clone())),
                );
            }
            View::Pipeline => return Self::of_no_range(View::Pipeline, Part::Whole),
        };
        Self {
            view: place.view,
            period: place.period,
            zone: place.zone.clone(),
            filter: place.filter.clone(),
            // The overview always has the period before, lists of rows never.
            compare: place.compare && place.view.compares(),
            part,
        }
    }

    fn of_no_range(view: View, part: Part) -> Self {
        Self {
            view,
            period: Period::Today,
            zone: Zone::utc(),
            filter: Filter::default(),
            compare: false,
            part,
        }
    }
}

impl Subject {
    /// The range that it is of at `now`.
    #[must_use]
    pub fn range(&self, now: DateTime<Utc>) -> TimeRange {
        self.period.resolve(now, &self.zone)
    }
}

impl View {
    /// Can it stand beside the period before?
    #[must_use]
    pub const fn compares(self) -> bool {
        matches!(
            self,
            Self::Overview
                | Self::Funnel
                | Self::Products
                | Self::Categories
                | Self::Brands
                | Self::Sessions
                | Self::Activity
        )
    }

    /// Do range and filters say what it shows?
    #[must_use]
    pub const fn is_of_a_range(self) -> bool {
        !matches!(self, Self::Session | Self::Pipeline)
    }
}

/// What one screen shows, all read in one transaction.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What was asked.
    pub subject: Subject,
    /// The range that the period was when it was asked.
    pub range: TimeRange,
    /// When it arrived.
    pub at: DateTime<Utc>,
    /// How fresh the warehouse was.
    pub pipeline: Arc<Pipeline>,
    /// The answer itself.
    pub body: Body,
    /// The same of the period before, when that was asked for.
    pub before: Option<Body>,
}

/// An answer of each view.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// [`View::Overview`].
    Overview(Box<OverviewScreen>),
    /// Its chart alone, which is all that is compared.
    Series(Timeseries),
    /// [`View::Funnel`].
    Funnel(Funnel),
    /// [`View::Products`].
    Products(Vec<ProductRow>),
    /// [`View::Categories`] and [`View::Brands`].
    Groups(Vec<GroupRow>),
    /// [`View::Sessions`].
    Sessions(Box<SessionsScreen>),
    /// [`View::StepSessions`].
    StepSessions(StepSessionsScreen),
    /// An older page of either.
    SessionPage(SessionList),
    /// [`View::Session`].
    Session(Session),
    /// [`View::Activity`].
    Week(Box<Heatmap>),
    /// [`View::Hours`].
    Hours(CellHours),
    /// [`View::Events`].
    Page(Raw),
    /// [`View::Pipeline`]: besides what every answer carries.
    Pipeline(Vec<RejectReason>),
}

/// The four answers that the overview shows side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct OverviewScreen {
    /// The tiles.
    pub overview: Overview,
    /// The chart.
    pub timeseries: Timeseries,
    /// The event mix.
    pub events: Events,
    /// The login states.
    pub logins: Logins,
}

/// The three answers that the sessions show.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionsScreen {
    /// The tiles and the classes of duration.
    pub sessions: Sessions,
    /// The chart.
    pub timeseries: Timeseries,
    /// The newest.
    pub list: SessionList,
}

/// The sessions of a step, and how many the funnel counted.
#[derive(Debug, Clone, PartialEq)]
pub struct StepSessionsScreen {
    /// The funnel that was drilled into, as it is now.
    pub steps: Vec<StepRow>,
    /// The newest.
    pub list: SessionList,
}

impl StepSessionsScreen {
    /// How many sessions the list is of, as the funnel counts them.
    #[must_use]
    pub fn count(&self, at: AtStep) -> i64 {
        use sbw_queries::answers::session_list::Outcome;
        let row = |step: i32| self.steps.iter().find(|row| row.step == step);
        match at.outcome {
            Outcome::Reached => row(at.step).map_or(0, |row| row.sessions),
            Outcome::Dropped => row(at.step + 1).map_or(0, |row| row.dropped),
        }
    }
}
