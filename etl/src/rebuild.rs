//! Fills the rollups from the events there are: all of them, or nothing changes.
//!
//! One transaction, in which loaders wait and readers see what was there before.

use chrono::{DateTime, Utc};
use sbw_queries::connect::{SessionOptions, Target, connect};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use tokio_postgres::{Client, Transaction};

use crate::EtlError;

/// What a rebuild did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RebuildReport {
    /// Events counted into the rollups.
    pub events: u64,
    /// Days that had any.
    pub days: u64,
    /// How long it took.
    pub duration_ms: u64,
}

/// Hears how far a rebuild is.
pub trait Watch: Send + Sync {
    /// A loader is at work, and is waited for.
    fn waits(&self);
    /// Once before the first day and once after each; `of` events in all.
    fn so_far(&self, report: &RebuildReport, of: u64);
}

/// Nobody watches.
impl Watch for () {
    fn waits(&self) {}
    fn so_far(&self, _: &RebuildReport, _: u64) {}
}

/// Fills the rollups anew. Killed anywhere before its end, it has changed nothing.
pub async fn rebuild(warehouse: &Target, watch: &dyn Watch) -> Result<RebuildReport, EtlError> {
    let started = Instant::now();
    let mut client = connect(warehouse, &session()).await?.client;
    let filling = client.transaction().await?;
    let mut report = fill(&filling, watch).await?;
    filling
        .execute(include_str!("../sql/notify_loaded.sql"), &[&"rebuild"])
        .await?;
    filling.commit().await?;
    analyze(&client).await;
    report.duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(report)
}

/// Day by day, so that no statement holds more than a day's events.
async fn fill(filling: &Transaction<'_>, watch: &dyn Watch) -> Result<RebuildReport, EtlError> {
    let lock = filling
        .query_one(include_str!("../sql/try_lock_loaders.sql"), &[])
        .await?;
    if !lock.get::<_, bool>("is_free") {
        watch.waits();
    }
    filling
        .execute(include_str!("../sql/begin_rebuild.sql"), &[])
        .await?;
    let all = filling
        .query_one(include_str!("../sql/count_rebuildable.sql"), &[])
        .await?;
    let all = figure(all.get("events"));
    let mut report = RebuildReport::default();
    watch.so_far(&report, all);

    let next_day = filling.prepare(include_str!("../sql/next_day.sql")).await?;
    let rebuild_day = filling
        .prepare(include_str!("../sql/rebuild_day.sql"))
        .await?;
    let mut from: Option<DateTime<Utc>> = None;
    while let Some(found) = filling.query_opt(&next_day, &[&from]).await? {
        let (day, next): (DateTime<Utc>, DateTime<Utc>) = (found.get("day"), found.get("next_day"));
        let counted = filling.query_one(&rebuild_day, &[&day, &next]).await?;
        report.events += figure(counted.get("events"));
        report.days += 1;
        watch.so_far(&report, all);
        from = Some(next);
    }
    Ok(report)
}

/// The rollups are filled by now: at worst they are planned for badly until
/// autovacuum has come by.
async fn analyze(client: &Client) {
    if let Err(error) = client
        .batch_execute(include_str!("../sql/analyze_rollups.sql"))
        .await
    {
        tracing::warn!(%error, "the rollups are filled, but the planner was not told");
    }
}

/// However long a day takes, and every statement planned for the tables as they
/// are by then: they were empty when the first was.
fn session() -> SessionOptions {
    SessionOptions {
        wide_questions: true,
        ..SessionOptions::writer("sbw-etl")
    }
}

fn figure(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}
