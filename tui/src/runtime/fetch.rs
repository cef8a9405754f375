//! One screen's answers, all read from one snapshot of the warehouse.

mod pieces;

use std::sync::Arc;
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use futures::future::{BoxFuture, FutureExt, TryFutureExt};
use futures::stream::{FuturesUnordered, StreamExt};
use sbw_queries::answers::funnel::Steps;
use sbw_queries::answers::raw::Page;
use sbw_queries::answers::session_list::{AtStep, SessionCursor, SessionPage};
use sbw_queries::answers::timeseries::Bucket;
use sbw_queries::answers::{
    breakdown, events, funnel, heatmap, logins, overview, pipeline, products, raw, session,
    session_list, sessions, timeseries,
};
use sbw_queries::{QueryError, Question, TimeRange};
use tokio_postgres::{Client, IsolationLevel, Transaction};

use self::pieces::{Piece, Pieces};
use crate::app::{
    Answer, ClockOffset, EVENT_PAGE, Part, Request, SESSION_EVENTS, Subject, TABLE_ROWS, View,
};

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

/// What the questions must know of the server.
pub(super) struct Server {
    /// Its clock.
    pub(super) clock: ClockOffset,
    /// The statements with which a transaction begins, behind a pooler.
    pub(super) local_settings: Option<String>,
}

/// How often a question is asked that a standby ends to follow its primary.
const CONFLICTS: u32 = 3;

/// Reasons of rejects at most.
const REASONS: u32 = 20;

/// Whose piece it is: of the asked range, or of the one before it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Now,
    Before,
}

type Asked<'a> = BoxFuture<'a, Result<(Of, Piece), QueryError>>;

/// Asks for one piece.
macro_rules! ask {
    ($asked:expr, $of:expr, $piece:path, $answer:expr) => {{
        let (of, answer) = ($of, $answer);
        $asked.push(async move { Ok((of, $piece(answer.await?))) }.boxed());
    }};
}

/// Asks all that a screen shows. The statements travel together, so that a slow
/// tunnel costs two round trips, not six; each has `limit` from the answer
/// before it.
pub(super) async fn fetch(
    client: &mut Client,
    request: &Request,
    limit: Duration,
    server: &Server,
) -> Result<Answer, FetchError> {
    for _ in 1..CONFLICTS {
        match fetch_once(client, request, limit, server).await {
            Err(FetchError::Query(error @ QueryError::Conflict { .. })) => {
                tracing::debug!(%error, "asked again");
            }
            result => return result,
        }
    }
    fetch_once(client, request, limit, server).await
}

async fn fetch_once(
    client: &mut Client,
    request: &Request,
    limit: Duration,
    server: &Server,
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
    if let Some(settings) = &server.local_settings {
        tokio::time::timeout(limit, snapshot.batch_execute(settings))
            .await
            .map_err(silence)?
            .map_err(QueryError::from)?;
    }
    let subject = &request.subject;
    let question = |range| Question {
        range,
        filter: subject.filter.clone(),
    };
    let (now, before) = (question(request.range), question(request.range.previous()));
    let steps = Steps::default();
    let asking = Asking {
        snapshot: &snapshot,
        subject,
        steps: &steps,
    };
    let mut asked = FuturesUnordered::new();
    asking.screen(&now, Of::Now, &mut asked);
    if subject.compare {
        asking.screen(&before, Of::Before, &mut asked);
    }
    let books = pipeline::pipeline(&snapshot, server.clock.there(Utc::now()));
    ask!(asked, Of::Now, Piece::Pipeline, books);
    let (mut of_now, mut of_before) = (Pieces::default(), Pieces::default());
    while let Some(piece) = tokio::time::timeout(limit, asked.next())
        .await
        .map_err(silence)?
    {
        match piece? {
            (Of::Now, piece) => of_now.put(piece),
            (Of::Before, piece) => of_before.put(piece),
        }
    }
    drop(asked);
    let pipeline = of_now.pipeline.take().ok_or(FetchError::Incomplete)?;
    let body = of_now.into_body(subject).ok_or(FetchError::Incomplete)?;
    let before = if subject.compare {
        let before = of_before.into_body_before(subject);
        Some(before.ok_or(FetchError::Incomplete)?)
    } else {
        None
    };
    // Nothing was written: rolling back, without waiting for it, is all there is to do.
    drop(snapshot);
    Ok(Answer {
        subject: subject.clone(),
        range: request.range,
        at: Utc::now(),
        pipeline: Arc::new(pipeline),
        body,
        before,
    })
}

struct Asking<'a> {
    snapshot: &'a Transaction<'a>,
    subject: &'a Subject,
    steps: &'a Steps,
}

impl<'a> Asking<'a> {
    /// Asks what the screen shows of a range.
    fn screen(&self, question: &'a Question, of: Of, asked: &mut FuturesUnordered<Asked<'a>>) {
        let (snapshot, steps) = (self.snapshot, self.steps);
        match (self.subject.view, &self.subject.part) {
            (View::Overview, _) => {
                self.series(question, of, asked);
                if of == Of::Now {
                    let limit = events::DEFAULT_LIMIT;
                    ask!(
                        asked,
                        of,
                        Piece::Overview,
                        overview::overview(snapshot, question)
                    );
                    ask!(
                        asked,
                        of,
                        Piece::Events,
                        events::events(snapshot, question, limit)
                    );
                    ask!(asked, of, Piece::Logins, logins::logins(snapshot, question));
                }
            }
            (View::Funnel, part) => {
                let segment = match part {
                    Part::Funnel(segment) => *segment,
                    _ => None,
                };
                let funnel = funnel::funnel(snapshot, question, steps, segment);
                ask!(asked, of, Piece::Funnel, funnel);
            }
            (View::Products, _) => {
                let products = products::products(snapshot, question, TABLE_ROWS);
                ask!(asked, of, Piece::Products, products);
            }
            (View::Categories, _) => {
                let categories = breakdown::categories(snapshot, question, TABLE_ROWS);
                ask!(asked, of, Piece::Categories, categories);
            }
            (View::Brands, _) => {
                let brands = breakdown::brands(snapshot, question, TABLE_ROWS);
                ask!(asked, of, Piece::Brands, brands);
            }
            (View::Sessions | View::StepSessions, Part::Sessions { at, before }) => {
                self.sessions(question, of, (*at, before.as_ref()), asked);
            }
            (View::Session, Part::Session(id)) => {
                let session = session::session(snapshot, id, None, SESSION_EVENTS);
                ask!(asked, of, Piece::Session, session);
            }
            (View::Activity, _) => {
                let week =
                    heatmap::heatmap(snapshot, question, &self.subject.zone).map_ok(Box::new);
                ask!(asked, of, Piece::Week, week);
            }
            (View::Hours, Part::Hours(cell)) => {
                let cell = (
                    i32::try_from(cell.weekday + 1).unwrap_or(1),
                    i32::try_from(cell.hour).unwrap_or(0),
                );
                let zone = &self.subject.zone;
                let hours = heatmap::heatmap_hours(snapshot, question, zone, cell, TABLE_ROWS);
                ask!(asked, of, Piece::Hours, hours);
            }
            (View::Events, Part::Page(before)) => {
                let page = Page {
                    before: *before,
                    products_only: false,
                    limit: page_rows(),
                };
                ask!(asked, of, Piece::Raw, raw::raw(snapshot, question, page));
            }
            (View::Pipeline, _) => {
                ask!(
                    asked,
                    of,
                    Piece::Reasons,
                    pipeline::reject_reasons(snapshot, REASONS)
                );
            }
            // A view with another view's part is never asked for; the answer is incomplete.
            _ => {}
        }
    }

    /// A page of sessions, and with the newest what stands above them.
    fn sessions(
        &self,
        question: &'a Question,
        of: Of,
        (at_step, before): (Option<AtStep>, Option<&SessionCursor>),
        asked: &mut FuturesUnordered<Asked<'a>>,
    ) {
        let (snapshot, steps) = (self.snapshot, self.steps);
        if of == Of::Now {
            let page = SessionPage {
                steps: steps.clone(),
                at_step,
                before: before.cloned(),
                limit: page_rows(),
            };
            let list = async move { session_list::session_list(snapshot, question, &page).await };
            ask!(asked, of, Piece::SessionList, list);
        }
        if before.is_some() {
            return;
        }
        if self.subject.view == View::Sessions {
            self.series(question, of, asked);
            let sessions = sessions::sessions(snapshot, question);
            ask!(asked, of, Piece::Sessions, sessions);
        } else {
            let funnel = funnel::funnel(snapshot, question, steps, None);
            ask!(asked, of, Piece::Funnel, funnel);
        }
    }

    fn series(&self, question: &'a Question, of: Of, asked: &mut FuturesUnordered<Asked<'a>>) {
        let (snapshot, bucket) = (self.snapshot, bucket(question.range));
        let series = timeseries::timeseries(snapshot, question, Some(bucket), &self.subject.zone);
        ask!(asked, of, Piece::Timeseries, series);
    }
}

fn page_rows() -> u32 {
    u32::try_from(EVENT_PAGE).unwrap_or(u32::MAX)
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
