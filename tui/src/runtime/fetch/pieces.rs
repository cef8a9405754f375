//! The answers of single statements, until a screen is whole.

use sbw_queries::answers::breakdown::{Brands, Categories};
use sbw_queries::answers::events::Events;
use sbw_queries::answers::funnel::Funnel;
use sbw_queries::answers::heatmap::{CellHours, Heatmap};
use sbw_queries::answers::logins::Logins;
use sbw_queries::answers::overview::Overview;
use sbw_queries::answers::pipeline::{Pipeline, RejectReason};
use sbw_queries::answers::products::Products;
use sbw_queries::answers::raw::Raw;
use sbw_queries::answers::session::Session;
use sbw_queries::answers::session_list::SessionList;
use sbw_queries::answers::sessions::Sessions;
use sbw_queries::answers::timeseries::Timeseries;

use crate::app::{Body, OverviewScreen, Part, SessionsScreen, StepSessionsScreen, Subject, View};

/// One statement's answer.
pub(super) enum Piece {
    Overview(Overview),
    Timeseries(Timeseries),
    Events(Events),
    Logins(Logins),
    Funnel(Funnel),
    Products(Products),
    Categories(Categories),
    Brands(Brands),
    Sessions(Sessions),
    SessionList(SessionList),
    Session(Session),
    Week(Box<Heatmap>),
    Hours(CellHours),
    Raw(Raw),
    Reasons(Vec<RejectReason>),
    Pipeline(Pipeline),
}

/// Those that came so far.
#[derive(Default)]
pub(super) struct Pieces {
    pub(super) pipeline: Option<Pipeline>,
    overview: Option<Overview>,
    timeseries: Option<Timeseries>,
    events: Option<Events>,
    logins: Option<Logins>,
    funnel: Option<Funnel>,
    /// Of those views that are a single statement.
    whole: Option<Body>,
    sessions: Option<Sessions>,
    list: Option<SessionList>,
}

impl Pieces {
    pub(super) fn put(&mut self, piece: Piece) {
        match piece {
            Piece::Overview(overview) => self.overview = Some(overview),
            Piece::Timeseries(timeseries) => self.timeseries = Some(timeseries),
            Piece::Events(events) => self.events = Some(events),
            Piece::Logins(logins) => self.logins = Some(logins),
            Piece::Funnel(funnel) => self.funnel = Some(funnel),
            Piece::Sessions(sessions) => self.sessions = Some(sessions),
            Piece::SessionList(list) => self.list = Some(list),
            Piece::Pipeline(pipeline) => self.pipeline = Some(pipeline),
            Piece::Products(products) => self.whole = Some(Body::Products(products.rows)),
            Piece::Categories(categories) => self.whole = Some(Body::Groups(categories.rows)),
            Piece::Brands(brands) => self.whole = Some(Body::Groups(brands.rows)),
            Piece::Session(session) => self.whole = Some(Body::Session(session)),
            Piece::Week(week) => self.whole = Some(Body::Week(week)),
            Piece::Hours(hours) => self.whole = Some(Body::Hours(hours)),
            Piece::Raw(page) => self.whole = Some(Body::Page(page)),
            Piece::Reasons(reasons) => self.whole = Some(Body::Pipeline(reasons)),
        }
    }

    /// The screen that was asked for, if every piece of it is there.
    pub(super) fn into_body(self, subject: &Subject) -> Option<Body> {
        let is_older_page = matches!(
            subject.part,
            Part::Sessions {
                before: Some(_),
                ..
            }
        );
        Some(match subject.view {
            View::Overview => Body::Overview(Box::new(OverviewScreen {
                overview: self.overview?,
                timeseries: self.timeseries?,
                events: self.events?,
                logins: self.logins?,
            })),
            View::Funnel => Body::Funnel(self.funnel?),
            View::Sessions | View::StepSessions if is_older_page => Body::SessionPage(self.list?),
            View::Sessions => Body::Sessions(Box::new(SessionsScreen {
                sessions: self.sessions?,
                timeseries: self.timeseries?,
                list: self.list?,
            })),
            View::StepSessions => Body::StepSessions(StepSessionsScreen {
                steps: match self.funnel? {
                    Funnel::Rows(rows) => rows,
                    Funnel::Groups(_) => return None,
                },
                list: self.list?,
            }),
            _ => self.whole?,
        })
    }

    /// What is compared with the screen: its numbers, without what has none before.
    pub(super) fn into_body_before(self, subject: &Subject) -> Option<Body> {
        Some(match subject.view {
            View::Overview => Body::Series(self.timeseries?),
            View::Sessions => Body::Sessions(Box::new(SessionsScreen {
                sessions: self.sessions?,
                timeseries: self.timeseries?,
                list: SessionList { rows: Vec::new() },
            })),
            _ => return self.into_body(subject),
        })
    }
}
