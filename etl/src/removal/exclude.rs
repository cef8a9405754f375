//! Excludes events, and takes that back.
//!
//! An exclusion stands in `etl.exclusions` first, and from then on loads keep what it names aside; then what
//! is loaded already is moved aside. Killed in between, the same command does the rest. Only the
//! hours and sessions of what was moved are counted again.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sbw_queries::connect::Target;
use serde::{Deserialize, Serialize};
use tokio::{sync::mpsc, time::Instant};
use tokio_postgres::{Client, types::ToSql};

use super::{
    between_chunks,
    exclusion::{Exclusion, Kind},
    operator,
};
use crate::{
    Deadline, Etl, EtlError, Progress, RunRequest, Scope, Trigger,
    counts::Counts,
    fill_context::find_all,
    load::Claim,
    reads::Reads,
    run::{PAGES_AHEAD, loaders, refresh_after, stages},
};

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExcludeReport {
    /// Exclusions that were named.
    pub exclusions: u64,
    /// Events that were moved out of the warehouse.
    pub taken_out: u64,
    /// Events that were moved back.
    pub put_back: u64,
    /// Raw objects that could not be read for a network; run it again.
    pub remaining: u64,
    /// Hours and days of the rollups that are still to be refreshed; absent when nobody knows.
    pub refresh_pending: Option<u64>,
    /// How long it took.
    pub duration_ms: u64,
}

/// An exclusion in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each field is the column of that name")]
pub struct Excluded {
    pub kind: String,
    pub value: String,
    pub reason: Option<String>,
    pub since: DateTime<Utc>,
    pub excluded_by: String,
    /// Events that it keeps out.
    pub events: i64,
}

/// Excludes these. For a network the raw objects of `scope` are read again, as only they say where events
/// came from.
pub async fn exclude(
    etl: &Etl,
    exclusions: &[Exclusion],
    reason: Option<&str>,
    scope: Scope,
    progress: &dyn Progress,
) -> Result<ExcludeReport, EtlError> {
    let started = Instant::now();
    let (kinds, values) = columns(exclusions);
    let client = note(
        etl,
        include_str!("../../sql/insert_exclusions.sql"),
        &[&kinds, &values, &reason],
    )
    .await?;
    let mut report = ExcludeReport::default();
    for exclusion in exclusions {
        report.taken_out += take_out(&client, exclusion).await?;
    }
    if exclusions.iter().any(|e| e.kind() == Kind::Network) {
        let counts = take_out_networks(etl, scope, progress).await?;
        let counts = counts.so_far();
        report.taken_out += counts.inserted;
        report.remaining = counts.remaining;
    }
    Ok(ended(etl, report, exclusions, started, progress).await)
}

/// Takes these exclusions back: what no other one names is moved back.
pub async fn include(
    etl: &Etl,
    exclusions: &[Exclusion],
    progress: &dyn Progress,
) -> Result<ExcludeReport, EtlError> {
    let started = Instant::now();
    let (kinds, values) = columns(exclusions);
    let client = note(
        etl,
        include_str!("../../sql/delete_exclusions.sql"),
        &[&kinds, &values],
    )
    .await?;
    let row = client
        .query_one(include_str!("../../sql/put_back.sql"), &[])
        .await?;
    let report = ExcludeReport {
        put_back: row.get::<_, i64>("events").unsigned_abs(),
        ..ExcludeReport::default()
    };
    Ok(ended(etl, report, exclusions, started, progress).await)
}

/// Changes the list of exclusions, between two chunks of whoever loads meanwhile.
async fn note(
    etl: &Etl,
    sql: &str,
    parameters: &[&(dyn ToSql + Sync)],
) -> Result<Client, EtlError> {
    let mut client = operator(&etl.warehouse).await?;
    let transaction = between_chunks(&mut client).await?;
    transaction.execute(sql, parameters).await?;
    transaction.commit().await?;
    Ok(client)
}

/// What is excluded, the newest first.
pub async fn list_exclusions(warehouse: &Target) -> Result<Vec<Excluded>, EtlError> {
    let client = operator(warehouse).await?;
    let rows = client
        .query(include_str!("../../sql/list_exclusions.sql"), &[])
        .await?;
    let excluded = rows.iter().map(|row| Excluded {
        kind: row.get("kind"),
        value: row.get("value"),
        reason: row.get("reason"),
        since: row.get("since"),
        excluded_by: row.get("excluded_by"),
        events: row.get("events"),
    });
    Ok(excluded.collect())
}

async fn take_out(client: &Client, exclusion: &Exclusion) -> Result<u64, EtlError> {
    let row = client
        .query_one(
            include_str!("../../sql/take_out.sql"),
            &[&exclusion.kind().as_str(), &exclusion.value()],
        )
        .await?;
    Ok(row.get::<_, i64>("events").unsigned_abs())
}

/// Reads the raw objects again, and takes out what came from excluded networks.
async fn take_out_networks(
    etl: &Etl,
    scope: Scope,
    progress: &dyn Progress,
) -> Result<Arc<Counts>, EtlError> {
    let request = RunRequest {
        scope,
        trigger: Trigger::Operator,
        deadline: Deadline::NONE,
    };
    let counts = Arc::new(Counts::default());
    let (found, pages) = mpsc::channel(PAGES_AHEAD);
    let finding = find_all(etl, &request.scope, Arc::clone(&counts), found);
    let loaders = loaders(etl, 0, Claim::Networks, request.deadline);
    let reads = Arc::new(Reads::default());
    Box::pin(stages(
        etl, &request, &counts, &reads, finding, pages, loaders, progress,
    ))
    .await?;
    match reads.take().refusal() {
        Some(reason) => Err(etl.bucket().refused(reason)),
        None => Ok(counts),
    }
}

async fn ended(
    etl: &Etl,
    report: ExcludeReport,
    exclusions: &[Exclusion],
    started: Instant,
    progress: &dyn Progress,
) -> ExcludeReport {
    ExcludeReport {
        exclusions: exclusions.len() as u64,
        refresh_pending: refresh_after(etl, Deadline::NONE, progress).await,
        duration_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        ..report
    }
}

fn columns(exclusions: &[Exclusion]) -> (Vec<&'static str>, Vec<&str>) {
    exclusions
        .iter()
        .map(|exclusion| (exclusion.kind().as_str(), exclusion.value()))
        .unzip()
}
