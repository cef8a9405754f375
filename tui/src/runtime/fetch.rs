//! One screen's answers, all read from one snapshot of the warehouse.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::{BoxFuture, FutureExt};
use futures::stream::{FuturesUnordered, StreamExt};
use sbw_queries::answers::events::{self, Events};
use sbw_queries::answers::funnel::{self, Funnel, Steps};
use sbw_queries::answers::logins::{self, Logins};
use sbw_queries::answers::overview::{self, Overview};
use sbw_queries::answers::pipeline::{self, Pipeline};
use sbw_queries::answers::raw::{self, Page, Raw};
use sbw_queries::answers::timeseries::{self, Bucket, Timeseries};
use sbw_queries::{QueryError, Question, TimeRange, Zone};
use tokio_postgres::{Client, IsolationLevel, Transaction};

use crate::app::{Answer, Body, EVENT_PAGE, OverviewScreen, Part, Request, View};

/// Why a screen has no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    /// The server said why.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The server said nothing for too long: what is under the connection is dead.
    #[error("no answer within {} s; the tunnel or the network may be dead", .0.as_secs())]
    Silence(Duration),
    /// The query answered something else than it was asked; cannot happen while
    /// every part is asked for once.
    #[error("an answer is incomplete; please report this")]
    Incomplete,
}

/// One statement's answer.
enum Piece {
    Overview(Overview),
    Timeseries(Timeseries),
    Events(Events),
    Logins(Logins),
    Funnel(Funnel),
    Raw(Raw),
    Pipeline(Pipeline),
}

type Asked<'a> = BoxFuture<'a, Result<Piece, QueryError>>;

/// Asks all that a screen shows. The statements travel together, so that a slow
/// tunnel costs two round trips, not six; each has `limit` from the answer
/// before it.
pub(super) async fn fetch(
    client: &mut Client,
    request: &Request,
    limit: Duration,
    clock: fn() -> DateTime<Utc>,
) -> Result<Answer, FetchError> {
    let silence = |_| FetchError::Silence(limit);
    let begin = client
        .build_transaction()
        .isolation_level(IsolationLevel::RepeatableRead)
        .read_only(true)
        .start();
    let snapshot = tokio::time::timeout(limit, begin)
        .await
        .map_err(silence)?
        .map_err(QueryError::from)?;
    let question = Question {
        range: request.range,
        filter: request.subject.filter.clone(),
    };
    let steps = Steps::default();
    let mut asked: FuturesUnordered<Asked<'_>> =
        statements(&snapshot, request, &question, &steps, clock())
            .into_iter()
            .collect();
    let mut pieces = Pieces::default();
    while let Some(piece) = tokio::time::timeout(limit, asked.next())
        .await
        .map_err(silence)?
    {
        pieces.put(piece?);
    }
    drop(asked);
    let (pipeline, body) = pieces
        .into_body(request.subject.view)
        .ok_or(FetchError::Incomplete)?;
    // Nothing was written: rolling back, without waiting for it, is all there is to do.
    drop(snapshot);
    Ok(Answer {
        subject: request.subject.clone(),
        range: request.range,
        at: clock(),
        pipeline: Arc::new(pipeline),
        body,
    })
}

fn statements<'a>(
    snapshot: &'a Transaction<'a>,
    request: &Request,
    question: &'a Question,
    steps: &'a Steps,
    now: DateTime<Utc>,
) -> Vec<Asked<'a>> {
    let mut asked: Vec<Asked<'a>> = Vec::with_capacity(5);
    match request.subject.view {
        View::Overview => {
            let bucket = bucket(question.range);
            asked.push(
                async move {
                    Ok(Piece::Overview(
                        overview::overview(snapshot, question).await?,
                    ))
                }
                .boxed(),
            );
            asked.push(
                async move {
                    let zone = Zone::utc();
                    let series = timeseries::timeseries(snapshot, question, Some(bucket), &zone);
                    Ok(Piece::Timeseries(series.await?))
                }
                .boxed(),
            );
            asked.push(
                async move {
                    let mix = events::events(snapshot, question, events::DEFAULT_LIMIT);
                    Ok(Piece::Events(mix.await?))
                }
                .boxed(),
            );
            asked.push(
                async move { Ok(Piece::Logins(logins::logins(snapshot, question).await?)) }.boxed(),
            );
        }
        View::Funnel => {
            let segment = match request.subject.part {
                Part::Funnel(segment) => segment,
                Part::Whole | Part::Page(_) => None,
            };
            asked.push(
                async move {
                    Ok(Piece::Funnel(
                        funnel::funnel(snapshot, question, steps, segment).await?,
                    ))
                }
                .boxed(),
            );
        }
        View::Events => {
            let before = match request.subject.part {
                Part::Page(before) => before,
                Part::Whole | Part::Funnel(_) => None,
            };
            let limit = u32::try_from(EVENT_PAGE).unwrap_or(u32::MAX);
            let page = Page {
                before,
                products_only: false,
                limit,
            };
            asked.push(
                async move { Ok(Piece::Raw(raw::raw(snapshot, question, page).await?)) }.boxed(),
            );
        }
        View::Pipeline => {}
    }
    asked
        .push(async move { Ok(Piece::Pipeline(pipeline::pipeline(snapshot, now).await?)) }.boxed());
    asked
}

/// How wide a point of the chart is. Finer than a report's default where a
/// chart can show it: a week by the hour has its nights and its evenings.
fn bucket(range: TimeRange) -> Bucket {
    if range.length() <= TimeDelta::hours(3) {
        Bucket::Minute
    } else if range.length() <= TimeDelta::days(8) {
        Bucket::Hour
    } else if range.length() > TimeDelta::days(400) {
        Bucket::Week
    } else {
        Bucket::of(range)
    }
}

#[derive(Default)]
struct Pieces {
    overview: Option<Overview>,
    timeseries: Option<Timeseries>,
    events: Option<Events>,
    logins: Option<Logins>,
    funnel: Option<Funnel>,
    raw: Option<Raw>,
    pipeline: Option<Pipeline>,
}

impl Pieces {
    fn put(&mut self, piece: Piece) {
        match piece {
            Piece::Overview(overview) => self.overview = Some(overview),
            Piece::Timeseries(timeseries) => self.timeseries = Some(timeseries),
            Piece::Events(events) => self.events = Some(events),
            Piece::Logins(logins) => self.logins = Some(logins),
            Piece::Funnel(funnel) => self.funnel = Some(funnel),
            Piece::Raw(raw) => self.raw = Some(raw),
            Piece::Pipeline(pipeline) => self.pipeline = Some(pipeline),
        }
    }

    fn into_body(self, view: View) -> Option<(Pipeline, Body)> {
        let body = match view {
            View::Overview => Body::Overview(Box::new(OverviewScreen {
                overview: self.overview?,
                timeseries: self.timeseries?,
                events: self.events?,
                logins: self.logins?,
            })),
            View::Funnel => Body::Funnel(self.funnel?),
            View::Events => Body::Page(self.raw?),
            View::Pipeline => Body::Pipeline,
        };
        Some((self.pipeline?, body))
    }
}
