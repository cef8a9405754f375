//! The run log: runs, and what the ledger knows.
//!
//! A connection of its own, because the ledger is asked while a chunk is being
//! loaded. The run's row names its process of the server, by which later runs see
//! that it is still there.

mod history;
mod listed;
mod waiting;

use chrono::{DateTime, Utc};
use sbw_queries::{
    connect::{Target, connect},
    migrate::check_session,
};
use tokio::sync::Mutex;
use tokio_postgres::Client;

use crate::{
    Deadline, EtlError, RunReport, Scope,
    load::session_options,
    retry::{Fault, RetryBudget},
    transform::RawObject,
};
pub use history::{Reject, Run, list_rejects, list_runs};
pub(crate) use listed::{Listed, from_row};

/// How long a reader's transaction may be open. The dashboards' own limits are far below.
const READER_SECONDS: f64 = 900.0;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// All that was listed is loaded.
    Complete,
    /// Some is left for the next run.
    Incomplete,
    /// Stopped by an error.
    Failed,
}

impl Status {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Incomplete => "incomplete",
            Self::Failed => "failed",
        }
    }
}

/// The run log, open.
pub(crate) struct RunLog {
    target: Target,
    deadline: Deadline,
    run_id: Option<i64>,
    client: Mutex<Option<Client>>,
}

impl RunLog {
    pub(crate) async fn open(target: &Target, deadline: Deadline) -> Result<Self, EtlError> {
        let client = connect(target, &session_options()).await?.client;
        Ok(Self {
            target: target.clone(),
            deadline,
            run_id: None,
            client: Mutex::new(Some(client)),
        })
    }

    /// Enters a run, and closes those whose process vanished.
    pub(crate) async fn begin(&mut self, trigger: &str, scope: &str) -> Result<i64, EtlError> {
        let Some(client) = self.client.get_mut() else {
            return Err(EtlError::StageEnded);
        };
        check_session(client).await?;
        client
            .execute(include_str!("../../sql/interrupt_vanished.sql"), &[])
            .await?;
        let run = client
            .query_one(include_str!("../../sql/begin_run.sql"), &[&trigger, &scope])
            .await?;
        let run_id = run.get("run_id");
        end_long_readers(client).await;
        self.run_id = Some(run_id);
        Ok(run_id)
    }

    fn id(&self) -> i64 {
        self.run_id.unwrap_or_default()
    }

    /// When the last run began that loaded all that was new.
    pub(crate) async fn last_complete(
        &self,
        scope: &Scope,
    ) -> Result<Option<DateTime<Utc>>, EtlError> {
        if *scope != Scope::New {
            return Ok(None);
        }
        let client = self.client.lock().await;
        let client = client.as_ref().ok_or(EtlError::StageEnded)?;
        let row = client
            .query_one(include_str!("../../sql/last_complete.sql"), &[])
            .await?;
        Ok(row.get(0))
    }

    /// Keeps of these objects those that are not loaded, or were stored again since; of those that
    /// wait only if `also_waiting`.
    pub(crate) async fn find_new(
        &self,
        objects: Vec<RawObject>,
        also_waiting: bool,
    ) -> Result<Vec<RawObject>, EtlError> {
        let listed = Listed::of(&objects);
        let mut budget = RetryBudget::new(self.deadline);
        let mut guard = self.client.lock().await;
        let rows = loop {
            let error = match self.client(&mut guard).await {
                Ok(client) => {
                    match client
                        .query(
                            include_str!("../../sql/find_new.sql"),
                            &[
                                &listed.keys,
                                &listed.sizes,
                                &listed.modified,
                                &listed.etags,
                                &also_waiting,
                            ],
                        )
                        .await
                    {
                        Ok(rows) => break rows,
                        Err(error) => EtlError::from(error),
                    }
                }
                Err(error) => error,
            };
            *guard = None;
            if Fault::of(&error) != Fault::Passing || !budget.pause().await {
                return Err(error);
            }
        };
        let mut is_new = vec![false; objects.len()];
        for row in rows {
            let place: i64 = row.get(0);
            if let Some(is_new) = usize::try_from(place - 1)
                .ok()
                .and_then(|at| is_new.get_mut(at))
            {
                *is_new = true;
            }
        }
        Ok(objects
            .into_iter()
            .zip(is_new)
            .filter_map(|(object, is_new)| is_new.then_some(object))
            .collect())
    }

    /// Closes the run.
    pub(crate) async fn finish(
        &self,
        report: &RunReport,
        status: Status,
        error: Option<&str>,
    ) -> Result<(), EtlError> {
        let mut budget = RetryBudget::new(self.deadline);
        let mut guard = self.client.lock().await;
        loop {
            let failure = match self.client(&mut guard).await {
                Ok(client) => match close(client, self.run_id, report, status, error).await {
                    Ok(_) => return Ok(()),
                    Err(failure) => EtlError::from(failure),
                },
                Err(failure) => failure,
            };
            *guard = None;
            if Fault::of(&failure) != Fault::Passing || !budget.pause().await {
                return Err(failure);
            }
        }
    }

    /// Tells subscribers that the run is over.
    pub(crate) async fn notify(&self) -> Result<(), EtlError> {
        let mut guard = self.client.lock().await;
        let client = self.client(&mut guard).await?;
        let run_id = self.id().to_string();
        client
            .query(include_str!("../../sql/notify_loaded.sql"), &[&run_id])
            .await?;
        Ok(())
    }

    /// The connection, made again when it was lost; then the run's row says so.
    async fn client<'a>(&self, slot: &'a mut Option<Client>) -> Result<&'a mut Client, EtlError> {
        if slot.as_ref().is_none_or(Client::is_closed) {
            let client = connect(&self.target, &session_options()).await?.client;
            if let Some(run_id) = self.run_id {
                client
                    .execute(include_str!("../../sql/move_run.sql"), &[&run_id])
                    .await?;
            }
            *slot = Some(client);
        }
        slot.as_mut().ok_or(EtlError::StageEnded)
    }
}

/// Readers that got stuck, or stay on purpose, keep the server from cleaning up.
async fn end_long_readers(client: &Client) {
    let ended = client
        .query_one(
            include_str!("../../sql/end_long_readers.sql"),
            &[&READER_SECONDS],
        )
        .await;
    match ended.map(|row| row.get::<_, i64>("ended")) {
        Ok(0) => {}
        Ok(ended) => tracing::warn!(ended, "sessions of readers were ended"),
        Err(error) => tracing::warn!(%error, "sessions of readers could not be ended"),
    }
}

async fn close(
    client: &Client,
    run_id: Option<i64>,
    report: &RunReport,
    status: Status,
    error: Option<&str>,
) -> Result<u64, tokio_postgres::Error> {
    let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    client
        .execute(
            include_str!("../../sql/finish_run.sql"),
            &[
                &run_id,
                &status.as_str(),
                &count(report.listed),
                &count(report.new_objects),
                &count(report.objects),
                &count(report.events),
                &count(report.inserted),
                &count(report.duplicates),
                &count(report.rejected),
                &count(report.remaining),
                &count(report.duration_ms),
                &error,
                &count(report.reloaded),
            ],
        )
        .await
}
