//! Do the run log, the rollups and the events of the warehouse agree?

mod rollups;

use std::fmt;

use sbw_queries::{
    connect::{Target, connect},
    schema::RefreshPending,
};
use tokio_postgres::{IsolationLevel, Transaction};

use crate::{EtlError, refresh};

/// How many examples a finding names.
const EXAMPLES: i64 = 10;

/// Something that does not agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The table has other rows than baseline and ledger explain.
    Events {
        /// Rows in the warehouse.
        events: i64,
        /// Rows from before the ledger.
        baseline: i64,
        /// Rows that the ledger inserted.
        inserted: i64,
    },
    /// An object's rejects are not as many as its ledger row says.
    Rejects {
        /// The object.
        object_key: String,
        /// What the ledger says.
        in_ledger: i64,
        /// What is there.
        in_rejects: i64,
    },
    /// A ledger row of a run that is not there.
    OrphanedLedger {
        /// The object.
        object_key: String,
        /// The run it names.
        run_id: i64,
    },
    /// A run that claims other objects than the ledger gives it.
    RunObjects {
        /// The run.
        run_id: i64,
        /// What its row says.
        in_run: i64,
        /// What the ledger says.
        in_ledger: i64,
    },
    /// A refresh has something to do; only what it has done was compared.
    RefreshPending(RefreshPending),
    /// A rollup holds something else than the events tell.
    Rollup {
        /// Its table, in schema `rollups`.
        rollup: String,
        /// Whether the rollups hold this row, or the events come to it and no row says so.
        is_held: bool,
        /// The row, as JSON.
        content: String,
    },
    /// More findings of the last kind than are named.
    More(i64),
}

impl Finding {
    /// Whether every answer is right all the same.
    #[must_use]
    pub const fn is_warning(&self) -> bool {
        matches!(self, Self::RefreshPending(_))
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Events {
                events,
                baseline,
                inserted,
            } => {
                let explained = baseline + inserted;
                let (gap, word) = if *events > explained {
                    (events - explained, "that nobody loaded")
                } else {
                    (explained - events, "missing")
                };
                write!(
                    out,
                    "clickstream_events has {events} rows; baseline {baseline} and ledger {inserted} make {explained}: {gap} {word}"
                )
            }
            Self::Rejects {
                object_key,
                in_ledger,
                in_rejects,
            } => {
                write!(
                    out,
                    "{object_key}: {in_ledger} rejected by the ledger, {in_rejects} in rejects"
                )
            }
            Self::OrphanedLedger { object_key, run_id } => {
                write!(
                    out,
                    "{object_key}: loaded by run {run_id}, which is not in runs"
                )
            }
            Self::RunObjects {
                run_id,
                in_run,
                in_ledger,
            } => {
                write!(
                    out,
                    "run {run_id}: {in_run} objects by its row, {in_ledger} in the ledger"
                )
            }
            Self::RefreshPending(pending) => write!(
                out,
                "{pending}; until `sbw-etl refresh` or the next run, answers about them come from events"
            ),
            Self::Rollup {
                rollup,
                is_held: true,
                content,
            } => write!(
                out,
                "rollups.{rollup} has a row that the events do not come to: {content}"
            ),
            Self::Rollup {
                rollup,
                is_held: false,
                content,
            } => write!(
                out,
                "rollups.{rollup} lacks a row that the events come to: {content}"
            ),
            Self::More(count) => write!(out, "… and {count} more like these"),
        }
    }
}

/// Everything that does not agree; nothing if all is well.
pub async fn verify(warehouse: &Target) -> Result<Vec<Finding>, EtlError> {
    // A day is refreshed for comparison, as a refresh would do it.
    let mut client = connect(warehouse, &refresh::options()).await?.client;
    let mut findings = Vec::new();
    // One snapshot: a load that commits meanwhile is seen everywhere or nowhere.
    let snapshot = client
        .build_transaction()
        .isolation_level(IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()
        .await?;
    compare_run_log(&snapshot, &mut findings).await?;
    snapshot.commit().await?;
    rollups::compare(&mut client, &mut findings).await?;
    Ok(findings)
}

async fn compare_run_log(
    snapshot: &Transaction<'_>,
    findings: &mut Vec<Finding>,
) -> Result<(), EtlError> {
    let row = snapshot
        .query_one(include_str!("../../sql/verify_events.sql"), &[])
        .await?;
    let (events, baseline, inserted): (i64, i64, i64) = (row.get(0), row.get(1), row.get(2));
    if events != baseline + inserted {
        findings.push(Finding::Events {
            events,
            baseline,
            inserted,
        });
    }
    let rows = snapshot
        .query(include_str!("../../sql/verify_rejects.sql"), &[&EXAMPLES])
        .await?;
    name(findings, &rows, |row| Finding::Rejects {
        object_key: row.get("object_key"),
        in_ledger: row.get("in_ledger"),
        in_rejects: row.get("in_rejects"),
    });
    let rows = snapshot
        .query(include_str!("../../sql/verify_runs.sql"), &[&EXAMPLES])
        .await?;
    name(findings, &rows, |row| Finding::OrphanedLedger {
        object_key: row.get("object_key"),
        run_id: row.get("run_id"),
    });
    let rows = snapshot
        .query(
            include_str!("../../sql/verify_run_counts.sql"),
            &[&EXAMPLES],
        )
        .await?;
    name(findings, &rows, |row| Finding::RunObjects {
        run_id: row.get("run_id"),
        in_run: row.get("in_run"),
        in_ledger: row.get("in_ledger"),
    });
    Ok(())
}

/// Adds a finding for each row, and how many there are besides.
fn name(
    findings: &mut Vec<Finding>,
    rows: &[tokio_postgres::Row],
    finding: impl Fn(&tokio_postgres::Row) -> Finding,
) {
    findings.extend(rows.iter().map(finding));
    let named = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let all = rows.first().map_or(0, |row| row.get("in_all"));
    if all > named {
        findings.push(Finding::More(all - named));
    }
}
