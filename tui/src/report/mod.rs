//! The dashboard's questions without a terminal: asked once, printed, done.

mod csv;
mod markdown;
mod sheet;
mod table;

use std::fmt::Write as _;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sbw_queries::answers::{events, funnel, logins, overview, pipeline, raw, timeseries};
use sbw_queries::range::ReversedRange;
use sbw_queries::{Answer, Document, QueryError, Question, TimeRange, Zone};
use tokio_postgres::Client;

use self::sheet::{Sheet, ToSheet};
use crate::args::{Format, Report, ReportView};
use crate::text;

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

/// Asks and writes the answer down. Nothing takes longer than `limit`.
pub async fn report(
    client: &Client,
    report: &Report,
    question: &Question,
    now: DateTime<Utc>,
    limit: Duration,
) -> Result<String, ReportError> {
    tokio::time::timeout(limit, ask(client, report, question, now))
        .await
        .map_err(|_| ReportError::Silence(limit))?
}

async fn ask(
    client: &Client,
    report: &Report,
    question: &Question,
    now: DateTime<Utc>,
) -> Result<String, ReportError> {
    let format = report.format;
    match report.view {
        ReportView::Overview => {
            let answer = overview::overview(client, question).await?;
            write(&Document::new(question, answer), format)
        }
        ReportView::Timeseries => {
            let zone = report.tz.clone().unwrap_or_else(Zone::utc);
            let answer = timeseries::timeseries(client, question, report.bucket, &zone).await?;
            write(&Document::new(question, answer), format)
        }
        ReportView::Events => {
            let limit = report.limit.unwrap_or(events::DEFAULT_LIMIT);
            write(
                &Document::new(question, events::events(client, question, limit).await?),
                format,
            )
        }
        ReportView::Logins => write(
            &Document::new(question, logins::logins(client, question).await?),
            format,
        ),
        ReportView::Funnel => {
            let steps = report.steps.clone().unwrap_or_default();
            let answer = funnel::funnel(client, question, &steps, report.by).await?;
            write(&Document::new(question, answer), format)
        }
        ReportView::Raw => {
            let page = raw::Page {
                before: report.before,
                products_only: report.products_only,
                limit: report.limit.unwrap_or(raw::DEFAULT_LIMIT),
            };
            write(
                &Document::new(question, raw::raw(client, question, page).await?),
                format,
            )
        }
        ReportView::Pipeline => write(
            &Document::new(question, pipeline::pipeline(client, now).await?),
            format,
        ),
    }
}

fn write<T: Answer + ToSheet>(
    document: &Document<T>,
    format: Format,
) -> Result<String, ReportError> {
    let sheet = || document.body.to_sheet();
    Ok(match format {
        Format::Json => {
            let mut json = text::harmless_json(&serde_json::to_string_pretty(document)?);
            json.push('\n');
            json
        }
        Format::Csv => csv::write(&sheet())?,
        Format::Md => markdown::write(&heading(document), &sheet()),
        Format::Table => table::write(&heading(document), &sheet()),
    })
}

/// The question in words, above a table.
fn heading<T>(document: &Document<T>) -> String {
    let filter = &document.filter;
    let time = |time: DateTime<Utc>| time.format("%Y-%m-%dT%H:%M:%SZ");
    let mut heading = format!(
        "{}, {} to {}",
        document.view,
        time(document.from),
        time(document.to)
    );
    for (name, value) in [
        ("login", &filter.login),
        ("category", &filter.category),
        ("brand", &filter.brand),
        ("product", &filter.product),
        ("event", &filter.event),
    ] {
        if let Some(value) = value {
            let _ = write!(heading, ", {name} {}", text::clean(value));
        }
    }
    heading
}
