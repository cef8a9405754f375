//! Every view of one question at once.

use chrono::{DateTime, Utc};
use futures::try_join;
use serde::Serialize;
use tokio_postgres::GenericClient;

use super::breakdown::{self, Brands, Categories};
use super::events::{self, Events};
use super::funnel::{self, Funnel, Segment, Steps};
use super::heatmap::{self, Heatmap};
use super::logins::{self, Logins};
use super::overview::{self, Overview};
use super::pipeline::{self, Pipeline};
use super::products::{self, Products};
use super::raw::{self, Page, Raw};
use super::session_list::{self, SessionList, SessionPage};
use super::sessions::{self, Sessions};
use super::timeseries::{self, Bucket, Timeseries};
use crate::document::Answer;
use crate::error::QueryError;
use crate::question::Question;
use crate::zone::Zone;

/// The answer of each view, under its name.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(missing_docs, reason = "each field is the view of that name")]
pub struct All {
    pub overview: Overview,
    pub timeseries: Timeseries,
    pub events: Events,
    pub logins: Logins,
    pub categories: Categories,
    pub brands: Brands,
    pub products: Products,
    pub funnel: Funnel,
    pub sessions: Sessions,
    pub heatmap: Heatmap,
    pub session_list: SessionList,
    pub raw: Raw,
    pub pipeline: Pipeline,
}

impl Answer for All {
    const VIEW: &'static str = "all";
}

/// How many statements [`all`] is.
pub const STATEMENTS: u32 = 14;

/// What the views can be told besides the question.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choices {
    /// Width of a point; none: by the length of the range.
    pub bucket: Option<Bucket>,
    /// Whose clock and calendar the series and the heatmap follow.
    pub zone: Zone,
    /// The steps of the funnel and of the list of sessions.
    pub steps: Steps,
    /// What the funnel is compared by.
    pub by: Option<Segment>,
    /// Rows of each list at most; none: as many as the list has by itself.
    pub limit: Option<u32>,
}

/// Every view as of `now`. The statements travel together; the numbers belong
/// together when `snapshot` is a transaction of isolation level repeatable read.
pub async fn all(
    snapshot: &impl GenericClient,
    question: &Question,
    choices: &Choices,
    now: DateTime<Utc>,
) -> Result<All, QueryError> {
    let Choices {
        bucket,
        zone,
        steps,
        by,
        limit,
    } = choices;
    let limit = |usual: u32| limit.unwrap_or(usual);
    let page = Page {
        limit: limit(raw::DEFAULT_LIMIT),
        ..Page::default()
    };
    let sessions_page = SessionPage {
        steps: steps.clone(),
        limit: limit(session_list::DEFAULT_LIMIT),
        ..SessionPage::default()
    };
    // On the heap: fourteen questions waiting at once are large.
    let (
        overview,
        timeseries,
        events,
        logins,
        categories,
        brands,
        products,
        funnel,
        sessions,
        heatmap,
        session_list,
        raw,
        pipeline,
    ) = try_join!(
        Box::pin(overview::overview(snapshot, question)),
        Box::pin(timeseries::timeseries(snapshot, question, *bucket, zone)),
        Box::pin(events::events(
            snapshot,
            question,
            limit(events::DEFAULT_LIMIT)
        )),
        Box::pin(logins::logins(snapshot, question)),
        Box::pin(breakdown::categories(
            snapshot,
            question,
            limit(breakdown::DEFAULT_LIMIT)
        )),
        Box::pin(breakdown::brands(
            snapshot,
            question,
            limit(breakdown::DEFAULT_LIMIT)
        )),
        Box::pin(products::products(
            snapshot,
            question,
            limit(products::DEFAULT_LIMIT)
        )),
        Box::pin(funnel::funnel(snapshot, question, steps, *by)),
        Box::pin(sessions::sessions(snapshot, question)),
        Box::pin(heatmap::heatmap(snapshot, question, zone)),
        Box::pin(session_list::session_list(
            snapshot,
            question,
            &sessions_page
        )),
        Box::pin(raw::raw(snapshot, question, page)),
        Box::pin(pipeline::pipeline(snapshot, now)),
    )?;
    Ok(All {
        overview,
        timeseries,
        events,
        logins,
        categories,
        brands,
        products,
        funnel,
        sessions,
        heatmap,
        session_list,
        raw,
        pipeline,
    })
}
