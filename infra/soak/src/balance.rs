//! The end of a soak: what was accepted, and what became of it.

use std::fmt;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use sbw_etl::verify::verify;
use sbw_queries::connect::{SessionOptions, Target, connect};

use crate::load::Sent;
use crate::soak::SoakError;

/// How long the loader may take for what is left.
const DRAIN: Duration = Duration::from_mins(5);
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What is in the warehouse.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Loaded {
    events: i64,
    inserted: i64,
    duplicates: i64,
    rejects: i64,
    objects: i64,
}

/// Both sides.
#[derive(Debug)]
pub(crate) struct Balance {
    accepted: i64,
    again: u64,
    broken_lines: i64,
    loaded: Loaded,
    findings: Vec<String>,
}

impl Balance {
    /// Every event once, every broken line a reject, and the rollups agree.
    pub(crate) fn holds(&self) -> bool {
        self.loaded.events == self.accepted
            && self.loaded.inserted == self.loaded.events
            && self.loaded.rejects == self.broken_lines
            && self.findings.is_empty()
    }

    /// Waits until the loader has taken everything, or takes no more.
    pub(crate) async fn of(warehouse: &Target, sent: &Sent, broken_lines: i64) -> Self {
        let accepted = sent.accepted.load(Ordering::Relaxed).cast_signed();
        let deadline = Instant::now() + DRAIN;
        let mut loaded = Loaded::default();
        let mut findings = vec!["events or rejects are not what they should be".to_owned()];
        while Instant::now() < deadline && !findings.is_empty() {
            // The database may be on its way back, and the last run not at its end.
            if let Ok(now) = look(warehouse).await {
                loaded = now;
                if (loaded.events, loaded.rejects) == (accepted, broken_lines)
                    && let Ok(found) = verify(warehouse).await
                {
                    findings = found.iter().map(ToString::to_string).collect();
                }
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Self {
            accepted,
            again: sent.again.load(Ordering::Relaxed),
            broken_lines,
            loaded,
            findings,
        }
    }
}

async fn look(warehouse: &Target) -> Result<Loaded, SoakError> {
    let connected = connect(warehouse, &SessionOptions::writer("sbw-soak")).await;
    let client = connected.map_err(SoakError::part)?.client;
    let row = client
        .query_one(include_str!("../sql/balance.sql"), &[])
        .await
        .map_err(SoakError::part)?;
    Ok(Loaded {
        events: row.get("events"),
        inserted: row.get("inserted"),
        duplicates: row.get("duplicates"),
        rejects: row.get("rejects"),
        objects: row.get("objects"),
    })
}

impl fmt::Display for Balance {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Loaded {
            events,
            inserted,
            duplicates,
            rejects,
            objects,
        } = self.loaded;
        writeln!(
            out,
            "accepted by the API      {:>10} events, {} requests sent again",
            self.accepted, self.again
        )?;
        writeln!(out, "broken lines             {:>10}", self.broken_lines)?;
        writeln!(
            out,
            "in the warehouse         {events:>10} events of {objects} objects ({inserted} inserted, {duplicates} duplicates)"
        )?;
        writeln!(out, "rejects                  {rejects:>10}")?;
        for finding in &self.findings {
            writeln!(out, "verify: {finding}")?;
        }
        Ok(())
    }
}
