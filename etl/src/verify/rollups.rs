//! Do the rollups hold what the events tell?

use tokio_postgres::Transaction;

use super::{EXAMPLES, Finding, name};
use crate::EtlError;

/// What is kept, and what compares it with events, or with the sessions it sums up.
const FAMILIES: [(&str, &str); 10] = [
    (
        "event_counts",
        include_str!("../../sql/verify_event_counts.sql"),
    ),
    ("slots", include_str!("../../sql/verify_slots.sql")),
    (
        "subject_counts",
        include_str!("../../sql/verify_subject_counts.sql"),
    ),
    (
        "scope_hours",
        include_str!("../../sql/verify_scope_hours.sql"),
    ),
    (
        "people_spans",
        include_str!("../../sql/verify_people_spans.sql"),
    ),
    ("sessions", include_str!("../../sql/verify_sessions.sql")),
    (
        "session_counts",
        include_str!("../../sql/verify_session_counts.sql"),
    ),
    (
        "session_seconds",
        include_str!("../../sql/verify_session_seconds.sql"),
    ),
    (
        "session_cuts",
        include_str!("../../sql/verify_session_cuts.sql"),
    ),
    (
        "session_stays",
        include_str!("../../sql/verify_session_stays.sql"),
    ),
];

/// Adds what the rollups hold and the events do not tell, or the other way round.
pub(super) async fn compare(
    snapshot: &Transaction<'_>,
    findings: &mut Vec<Finding>,
) -> Result<(), EtlError> {
    for (family, sql) in FAMILIES {
        let rows = snapshot.query(sql, &[&EXAMPLES]).await?;
        name(findings, &rows, |row| Finding::Rollup {
            family,
            place: row.get("place"),
            kept: row.get("kept"),
            counted: row.get("counted"),
        });
    }
    Ok(())
}
