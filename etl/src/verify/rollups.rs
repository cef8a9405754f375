//! Do the rollups hold what the events come to?

use chrono::{DateTime, Utc};
use sbw_queries::schema::refresh_pending;
use tokio_postgres::{Client, IsolationLevel};

use super::{EXAMPLES, Finding};
use crate::EtlError;

/// Adds what the rollups hold and the events do not come to, or the other way
/// round, day by day: each is refreshed, compared with what was there, and undone.
pub(super) async fn compare(
    client: &mut Client,
    findings: &mut Vec<Finding>,
) -> Result<(), EtlError> {
    let pending = refresh_pending(client).await?;
    if !pending.is_nothing() {
        findings.push(Finding::RefreshPending(pending));
    }
    let days = client
        .query(include_str!("../../sql/filled_days.sql"), &[])
        .await?;
    let mut differences = 0;
    for day in days {
        let day: DateTime<Utc> = day.get("day");
        let undone = client
            .build_transaction()
            .isolation_level(IsolationLevel::RepeatableRead)
            .start()
            .await?;
        undone
            .batch_execute(include_str!("../../sql/take_turn.sql"))
            .await?;
        let rows = undone
            .query(include_str!("../../sql/verify_day.sql"), &[&day])
            .await?;
        undone.rollback().await?;
        for row in rows {
            differences += 1;
            if differences <= EXAMPLES {
                findings.push(Finding::Rollup {
                    rollup: row.get("rollup"),
                    is_held: row.get("is_held"),
                    content: row.get("content"),
                });
            }
        }
    }
    if differences > EXAMPLES {
        findings.push(Finding::More(differences - EXAMPLES));
    }
    Ok(())
}
