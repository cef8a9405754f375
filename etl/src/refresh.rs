//! Brings the rollups, which answers are read from, up to date with the events.
//!
//! Every change of events is in a log. A refresh takes the log up in units, such
//! as the stale hours of a day, each in a transaction of its own: killed anywhere,
//! it has lost the unit in hand, and the next refresh goes on there. Answers are
//! exact all the while: what is not refreshed yet is read from events.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sbw_queries::{
    connect::{SessionOptions, Target, connect},
    schema::{RefreshPending, refresh_pending},
};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use tokio_postgres::{Client, IsolationLevel, Row};

use crate::{
    Deadline, EtlError, Progress,
    retry::{Fault, RetryBudget},
};

/// How often a person who watches is told.
const TELL_EVERY: Duration = Duration::from_secs(1);

/// What a refresh did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefreshReport {
    /// Transactions.
    pub units: u64,
    /// Events read for them.
    pub events: u64,
    /// Hours and days that are left for the next refresh.
    pub refresh_pending: u64,
    /// How long it took.
    pub duration_ms: u64,
}

/// Refreshes what is stale, until nothing is or the deadline is near.
pub async fn refresh(
    warehouse: &Target,
    deadline: Deadline,
    progress: &dyn Progress,
) -> Result<RefreshReport, EtlError> {
    let mut session = RefreshSession::new(warehouse, deadline);
    let report = session.refresh(progress).await?;
    session.notify("refresh").await?;
    Ok(report)
}

/// Empties the rollups and fills them anew. Once it has begun, any refresh ends it.
pub async fn rebuild(
    warehouse: &Target,
    progress: &dyn Progress,
) -> Result<RefreshReport, EtlError> {
    let mut session = RefreshSession::new(warehouse, Deadline::NONE);
    session
        .in_turn(include_str!("../sql/begin_rebuild.sql"))
        .await?;
    let report = session.refresh(progress).await?;
    session.notify("rebuild").await?;
    Ok(report)
}

/// When a refresh ends, if its deadline is not nearer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until {
    Done,
    ADayComesAgain,
}

/// A session that refreshes, made again when it is lost.
pub(crate) struct RefreshSession {
    target: Target,
    deadline: Deadline,
    client: Option<Client>,
}

impl RefreshSession {
    pub(crate) fn new(target: &Target, deadline: Deadline) -> Self {
        Self {
            target: target.clone(),
            deadline,
            client: None,
        }
    }

    /// Refreshes what is stale, until nothing is or the deadline is near.
    pub(crate) async fn refresh(
        &mut self,
        progress: &dyn Progress,
    ) -> Result<RefreshReport, EtlError> {
        let started = Instant::now();
        let mut report = RefreshReport::default();
        self.units(&mut report, Until::Done, progress).await?;
        report.refresh_pending = self.pending().await?.buckets();
        report.duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        Ok(report)
    }

    /// Refreshes what is stale by now, each day once: loaders go on to make the
    /// newest one stale.
    pub(crate) async fn refresh_each_day_once(&mut self) -> Result<(), EtlError> {
        self.units(&mut RefreshReport::default(), Until::ADayComesAgain, &())
            .await
    }

    async fn units(
        &mut self,
        report: &mut RefreshReport,
        until: Until,
        progress: &dyn Progress,
    ) -> Result<(), EtlError> {
        let all = self.pending().await?.buckets();
        let mut told = Instant::now();
        let mut last_day: Option<DateTime<Utc>> = None;
        while !self.deadline.is_near() {
            let rows = self
                .in_turn(include_str!("../sql/refresh_next.sql"))
                .await?;
            let Some(unit) = rows.first() else {
                progress.refreshed(all, all);
                break;
            };
            report.units += 1;
            report.events += count(unit.get("events"));
            if unit.get::<_, &str>("work") == "hours" {
                // Units come in the order of days.
                let day = Some(unit.get("bucket"));
                if until == Until::ADayComesAgain && day <= last_day {
                    break;
                }
                last_day = day;
            }
            if told.elapsed() >= TELL_EVERY {
                told = Instant::now();
                let left = self.pending().await?.buckets();
                progress.refreshed(all.saturating_sub(left), all.max(left));
            }
        }
        Ok(())
    }

    /// What is left to do.
    pub(crate) async fn pending(&mut self) -> Result<RefreshPending, EtlError> {
        Ok(refresh_pending(self.client().await?).await?)
    }

    async fn notify(&mut self, payload: &str) -> Result<(), EtlError> {
        self.client()
            .await?
            .query(include_str!("../sql/notify_loaded.sql"), &[&payload])
            .await?;
        Ok(())
    }

    /// Runs a statement while nobody else refreshes; again when it fails for a
    /// passing reason, such as a change of the same rows by somebody else.
    async fn in_turn(&mut self, sql: &str) -> Result<Vec<Row>, EtlError> {
        let mut budget = RetryBudget::new(self.deadline);
        loop {
            let error = match self.client().await {
                Ok(client) => match in_turn(client, sql).await {
                    Ok(rows) => return Ok(rows),
                    Err(error) => EtlError::from(error),
                },
                Err(error) => error,
            };
            self.client = None;
            let again = matches!(Fault::of(&error), Fault::Passing | Fault::Race);
            if !again || !budget.pause().await {
                return Err(error);
            }
            tracing::debug!(%error, "a unit of the refresh is done again");
        }
    }

    async fn client(&mut self) -> Result<&mut Client, EtlError> {
        if self.client.as_ref().is_none_or(Client::is_closed) {
            self.client = Some(connect(&self.target, &options()).await?.client);
        }
        self.client.as_mut().ok_or(EtlError::StageEnded)
    }
}

async fn in_turn(client: &mut Client, sql: &str) -> Result<Vec<Row>, tokio_postgres::Error> {
    let transaction = client
        .build_transaction()
        .isolation_level(IsolationLevel::RepeatableRead)
        .start()
        .await?;
    transaction
        .batch_execute(include_str!("../sql/take_turn.sql"))
        .await?;
    let rows = transaction.query(sql, &[]).await?;
    transaction.commit().await?;
    Ok(rows)
}

/// However long a unit takes, and every statement planned for the tables as they
/// are by then: they were empty when the first was.
pub(crate) fn options() -> SessionOptions {
    SessionOptions {
        wide_questions: true,
        ..SessionOptions::writer("sbw-etl")
    }
}

fn count(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}
