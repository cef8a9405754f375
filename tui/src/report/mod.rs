//! The dashboard's questions without a terminal: asked once, printed, done.

mod csv;
mod markdown;
pub(crate) mod screen;
mod sheet;
mod table;
mod write;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sbw_queries::answers::all::{self, Choices};
use sbw_queries::answers::session_list::{self, SessionPage};
use sbw_queries::answers::{
    breakdown, events, funnel, heatmap, logins, overview, pipeline, products, raw, session,
    sessions, timeseries,
};
use sbw_queries::range::ReversedRange;
use sbw_queries::{Document, QueryError, Question, TimeRange};
use tokio_postgres::Client;

use self::sheet::Sheet;
use self::write::{write, write_all};
use crate::args::{Report, ReportView};

/// Why nothing could be printed.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The warehouse did not answer.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// Nothing came in time, not even an error.
    #[error("no answer within {} s; the tunnel or the network may be dead", .0.as_secs())]
    Silence(Duration),
    /// The answer cannot be written down.
    #[error("the answer cannot be written as JSON")]
    Json(#[from] serde_json::Error),
    /// The answer cannot be written down.
    #[error("the answer cannot be written as CSV")]
    Csv(#[from] ::csv::Error),
}

/// What a report asks, at `now`.
pub fn question(report: &Report, now: DateTime<Utc>) -> Result<Question, ReversedRange> {
    let range = match (report.from, report.to) {
        (Some(from), Some(to)) => TimeRange::new(from, to)?,
        _ => TimeRange::last(report.last.unwrap_or(TimeDelta::days(7)), now),
    };
    Ok(Question {
        range,
        filter: report.filter(),
    })
}

/// Numbers of several statements belong together when all of them see one state.
const SNAPSHOT: &str = "begin isolation level repeatable read, read only; ";

/// How often a question is asked that a standby ends to follow its primary.
pub(crate) const CONFLICTS: u32 = 3;

/// Asks and writes the answer down, all of it from one snapshot, which begins with
/// `local_settings`. No statement takes longer than `limit`.
pub async fn report(
    client: &Client,
    report: &Report,
    question: &Question,
    local_settings: Option<&str>,
    now: DateTime<Utc>,
    limit: Duration,
) -> Result<String, ReportError> {
    let begin = SNAPSHOT.to_owned() + local_settings.unwrap_or_default();
    let limit = match report.view {
        ReportView::All => limit * all::STATEMENTS,
        _ => limit,
    };
    let mut tries = 0;
    loop {
        tries += 1;
        let asked = in_snapshot(client, &begin, ask(client, report, question, now));
        let answer = tokio::time::timeout(limit, asked)
            .await
            .map_err(|_| ReportError::Silence(limit))?;
        match answer {
            Err(ReportError::Query(error @ QueryError::Conflict { .. })) if tries < CONFLICTS => {
                tracing::debug!(%error, "asked again");
            }
            answer => return answer,
        }
    }
}

/// The statements travel together: the first does not cost a round trip of its own.
async fn in_snapshot(
    client: &Client,
    begin: &str,
    question: impl Future<Output = Result<String, ReportError>>,
) -> Result<String, ReportError> {
    let (started, answer) = futures::join!(client.batch_execute(begin), question);
    started.map_err(QueryError::from)?;
    if answer.is_err() {
        // For whoever asks again; where it fails, so will that.
        let _ = client.batch_execute("rollback").await;
    }
    answer
}

async fn ask(
    client: &Client,
    report: &Report,
    question: &Question,
    now: DateTime<Utc>,
) -> Result<String, ReportError> {
    let format = report.format;
    let limit = |usual: u32| report.limit.unwrap_or(usual);
    let zone = report.tz.clone().unwrap_or_default();
    let steps = report.steps.clone().unwrap_or_default();
    match report.view {
        ReportView::Overview => {
            let answer = overview::overview(client, question).await?;
            write(&Document::new(question, answer), format, &zone)
        }
        ReportView::Timeseries => {
            let answer = timeseries::timeseries(client, question, report.bucket, &zone).await?;
            write(&Document::new(question, answer), format, &zone)
        }
        ReportView::Events => {
            let limit = limit(events::DEFAULT_LIMIT);
            let answer = events::events(client, question, limit).await?;
            write(&Document::new(question, answer), format, &zone)
        }
        ReportView::Logins => {
            let answer = logins::logins(client, question).await?;
            write(&Document::new(question, answer), format, &zone)
        }
        ReportView::Categories => {
            let limit = limit(breakdown::DEFAULT_LIMIT);
            let answer = breakdown::categories(client, question, limit).await?;
            write(&Document::new(question, answer), format, &zone)
        }
        ReportView::Brands => {
            let limit = limit(breakdown::DEFAULT_LIMIT);
            let answer = breakdown::brands(client, question, limit).await?;
            write(&Document::new(question, answer), format, &zone)
        }
        ReportView::Products => {
            let limit = limit(products::DEFAULT_LIMIT);
            let answer = products::products(client, question, limit).await?;
            write(&Document::new(question, answer), format, &zone)
        }
        ReportView::Funnel => {
            let answer = funnel::funnel(client, question, &steps, report.by).await?;
            write(&Document::new(question, answer), format, &zone)
        }
        ReportView::Sessions => {
            let answer = sessions::sessions(client, question).await?;
            write(&Document::new(question, answer), format, &zone)
        }
        ReportView::Heatmap => {
            let answer = heatmap::heatmap(client, question, &zone).await?;
            write(&Document::new(question, answer), format, &zone)
        }
        ReportView::SessionList => {
            let page = SessionPage {
                steps,
                at_step: report.at_step(),
                before: report.before.clone().map(|before| before.session),
                limit: limit(session_list::DEFAULT_LIMIT),
            };
            let answer = session_list::session_list(client, question, &page).await?;
            write(&Document::new(question, answer), format, &zone)
        }
        ReportView::Session => {
            let id = report.session.as_deref().unwrap_or_default();
            let limit = limit(session::MOST_EVENTS);
            let answer = session::session(client, id, report.after, limit).await?;
            write(&Document::new(question, answer), format, &zone)
        }
        ReportView::Raw => {
            let page = raw::Page {
                before: report.before.as_ref().and_then(|before| before.event),
                products_only: report.products_only,
                limit: limit(raw::DEFAULT_LIMIT),
            };
            let answer = raw::raw(client, question, page).await?;
            write(&Document::new(question, answer), format, &zone)
        }
        ReportView::Pipeline => {
            let answer = pipeline::pipeline(client, now).await?;
            write(&Document::new(question, answer), format, &zone)
        }
        ReportView::All => {
            let choices = Choices {
                bucket: report.bucket,
                zone: zone.clone(),
                steps,
                by: report.by,
                limit: report.limit,
            };
            let answer = all::all(client, question, &choices, now).await?;
            write_all(&Document::new(question, answer), format, &zone)
        }
    }
}
