//! What a screen asks, and what came back.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sbw_queries::answers::events::Events;
use sbw_queries::answers::funnel::{Funnel, Segment};
use sbw_queries::answers::logins::Logins;
use sbw_queries::answers::overview::Overview;
use sbw_queries::answers::pipeline::Pipeline;
use sbw_queries::answers::raw::{Cursor, Raw};
use sbw_queries::answers::timeseries::Timeseries;
use sbw_queries::filter::Filter;
use sbw_queries::range::TimeRange;

use super::place::{Place, View};
use crate::period::Period;

/// A question of one screen. Two are the same question when they are equal,
/// though a period that follows the clock gets another range each time.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    /// The screen.
    pub view: View,
    /// The time.
    pub period: Period,
    /// The events to keep.
    pub filter: Filter,
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
}

impl Subject {
    /// What `place` asks.
    #[must_use]
    pub fn of(place: &Place) -> Self {
        let part = match place.view {
            View::Overview => Part::Whole,
            View::Funnel => Part::Funnel(place.segment),
            View::Events => Part::Page(None),
            // The books of the loader know no range and no filter: one answer for all.
            View::Pipeline => {
                return Self {
                    view: View::Pipeline,
                    period: Period::Today,
                    filter: Filter::default(),
                    part: Part::Whole,
                };
            }
        };
        Self {
            view: place.view,
            period: place.period,
            filter: place.filter.clone(),
            part,
        }
    }

    /// The same screen's next page, older than `cursor`.
    #[must_use]
    pub fn page_before(&self, cursor: Option<Cursor>) -> Self {
        Self {
            part: Part::Page(cursor),
            ..self.clone()
        }
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
}

/// An answer of each view.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// [`View::Overview`].
    Overview(Box<OverviewScreen>),
    /// [`View::Funnel`].
    Funnel(Funnel),
    /// [`View::Events`].
    Page(Raw),
    /// [`View::Pipeline`]: what every answer carries.
    Pipeline,
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
