//! Brings a database to the schema that this program knows. An operator's
//! command; no dashboard runs it.
//!
//! Everything that could be refused is refused before anything changes: the
//! server's version, a `clickstream_events` of another shape, missing rights, a
//! schema newer than this program. Then roles, schemas, migrations and grants,
//! each of them such that a second time changes nothing.

mod preflight;
mod shape;

use refinery::{Migration, Runner};
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use crate::error::{QueryError, in_full};
use crate::schema::schema_version;

pub use shape::Difference;

/// The version this program knows.
pub const CURRENT_VERSION: i32 = 16;

/// The migrations, in order.
const MIGRATIONS: [(&str, &str); 16] = [
    (
        "V1__warehouse",
        include_str!("../../migrations/V1__warehouse.sql"),
    ),
    (
        "V2__kept_events",
        include_str!("../../migrations/V2__kept_events.sql"),
    ),
    (
        "V3__rollups",
        include_str!("../../migrations/V3__rollups.sql"),
    ),
    (
        "V4__rollup_numbers",
        include_str!("../../migrations/V4__rollup_numbers.sql"),
    ),
    (
        "V5__rollup_counts",
        include_str!("../../migrations/V5__rollup_counts.sql"),
    ),
    (
        "V6__rollup_sessions",
        include_str!("../../migrations/V6__rollup_sessions.sql"),
    ),
    (
        "V7__rollup_state",
        include_str!("../../migrations/V7__rollup_state.sql"),
    ),
    (
        "V8__rollup_reading",
        include_str!("../../migrations/V8__rollup_reading.sql"),
    ),
    (
        "V9__rollup_ends",
        include_str!("../../migrations/V9__rollup_ends.sql"),
    ),
    (
        "V10__totals",
        include_str!("../../migrations/V10__totals.sql"),
    ),
    (
        "V11__counts_by",
        include_str!("../../migrations/V11__counts_by.sql"),
    ),
    (
        "V12__counts_by_bucket",
        include_str!("../../migrations/V12__counts_by_bucket.sql"),
    ),
    (
        "V13__sessions",
        include_str!("../../migrations/V13__sessions.sql"),
    ),
    (
        "V14__funnel",
        include_str!("../../migrations/V14__funnel.sql"),
    ),
    (
        "V15__pages",
        include_str!("../../migrations/V15__pages.sql"),
    ),
    (
        "V16__told_by_events",
        include_str!("../../migrations/V16__told_by_events.sql"),
    ),
];

const HISTORY: &str = "etl.schema_history";

/// What `migrate` did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationReport {
    /// The version before; none in a database that had no warehouse.
    pub before: Option<i32>,
    /// The version now.
    pub now: i32,
    /// The migrations that were applied, such as `V1__warehouse`.
    pub applied: Vec<String>,
    /// The rows of a `clickstream_events` that was there before the first migration.
    pub taken_over: Option<i64>,
}

/// Why the schema was not brought up to date. Unless it says otherwise, nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The server is too old.
    #[error("the server is PostgreSQL {0}, and 15 or newer is needed")]
    ServerTooOld(i32),
    /// The table that is there is another one.
    #[error("public.clickstream_events has another shape, and nothing was changed:{}", shape::List(.0))]
    WrongShape(Vec<Difference>),
    /// The operator's role lacks rights.
    #[error("{operator} may not do this, and nothing was changed; needed: {}. A superuser has them all", .missing.join("; "))]
    MissingRights {
        /// The role.
        operator: String,
        /// What it would need.
        missing: Vec<String>,
    },
    /// Another program's migrations went further.
    #[error(
        "the database is at version {found} and this program knows {CURRENT_VERSION}; update this program"
    )]
    Newer {
        /// What is there.
        found: i32,
    },
    /// A migration failed; those before it stay applied.
    #[error("a migration failed and was undone: {reason}")]
    Migration {
        /// What went wrong.
        reason: String,
        /// The error.
        source: Box<refinery::Error>,
    },
    /// The database refused something else.
    #[error("the database refused: {reason}")]
    Refused {
        /// The server's words.
        reason: String,
        /// The error.
        source: tokio_postgres::Error,
    },
    /// The connection failed.
    #[error(transparent)]
    Query(#[from] QueryError),
}

impl MigrationReport {
    /// Whether the version is what it was before.
    #[must_use]
    pub fn is_unchanged(&self) -> bool {
        self.applied.is_empty()
    }
}

impl std::fmt::Display for MigrationReport {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_unchanged() {
            return write!(
                out,
                "already at version {}; roles and grants renewed",
                self.now
            );
        }
        match self.before {
            Some(before) => write!(out, "from version {before} to {}", self.now)?,
            None => write!(out, "a new warehouse at version {}", self.now)?,
        }
        write!(out, " ({})", self.applied.join(", "))?;
        match self.taken_over {
            Some(rows) => write!(out, "; took over clickstream_events with {rows} rows"),
            None => Ok(()),
        }
    }
}

/// Brings the database to [`CURRENT_VERSION`]. Two operators at once wait for each other.
pub async fn migrate(client: &mut Client) -> Result<MigrationReport, MigrateError> {
    client
        .batch_execute(include_str!("../../access/lock.sql"))
        .await
        .map_err(refused)?;
    let result = Box::pin(migrate_alone(client)).await;
    let unlocked = client
        .batch_execute(include_str!("../../access/unlock.sql"))
        .await;
    let report = result?;
    unlocked.map_err(refused)?;
    Ok(report)
}

async fn migrate_alone(client: &mut Client) -> Result<MigrationReport, MigrateError> {
    let found = preflight::check(client).await?;
    let before = schema_version(client).await?;
    if let Some(found) = before.filter(|version| *version > CURRENT_VERSION) {
        return Err(MigrateError::Newer { found });
    }
    roles(client).await?;
    let before_migrations = client.transaction().await.map_err(refused)?;
    before_migrations
        .batch_execute(include_str!("../../access/schemas.sql"))
        .await
        .map_err(refused)?;
    before_migrations.commit().await.map_err(refused)?;

    let report = runner()?.run_async(client).await.map_err(failed)?;
    let applied: Vec<String> = report
        .applied_migrations()
        .iter()
        .map(ToString::to_string)
        .collect();

    let after = client.transaction().await.map_err(refused)?;
    after
        .batch_execute(include_str!("../../access/owner.sql"))
        .await
        .map_err(refused)?;
    after
        .batch_execute(include_str!("../../access/grants.sql"))
        .await
        .map_err(refused)?;
    after.commit().await.map_err(refused)?;

    let taken_over = match before {
        None if found.has_events => Some(baseline(client).await?),
        _ => None,
    };
    Ok(MigrationReport {
        before,
        now: CURRENT_VERSION,
        applied,
        taken_over,
    })
}

/// Roles are the cluster's: another database's operator may touch the same rows
/// of the catalogue, which the server reports instead of waiting.
async fn roles(client: &Client) -> Result<(), MigrateError> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        match client
            .batch_execute(include_str!("../../access/roles.sql"))
            .await
        {
            Ok(()) => return Ok(()),
            Err(error) if attempts < 10 && is_collision(&error) => tokio::task::yield_now().await,
            Err(error) => return Err(refused(error)),
        }
    }
}

fn is_collision(error: &tokio_postgres::Error) -> bool {
    error.as_db_error().is_some_and(|said| {
        *said.code() == SqlState::UNIQUE_VIOLATION
            || said.message().contains("concurrently updated")
    })
}

async fn baseline(client: &Client) -> Result<i64, MigrateError> {
    let row = client
        .query_one(include_str!("../../access/baseline.sql"), &[])
        .await
        .map_err(refused)?;
    row.try_get("events").map_err(refused)
}

fn runner() -> Result<Runner, MigrateError> {
    let migrations = MIGRATIONS
        .iter()
        .map(|(name, sql)| Migration::unapplied(name, sql))
        .collect::<Result<Vec<_>, _>>()
        .map_err(failed)?;
    // One transaction for all: a database is never left between two versions.
    let mut runner = Runner::new(&migrations).set_grouped(true);
    runner.set_migration_table_name(HISTORY);
    Ok(runner)
}

fn refused(source: tokio_postgres::Error) -> MigrateError {
    match source.as_db_error() {
        Some(said) => MigrateError::Refused {
            reason: said.message().to_owned(),
            source,
        },
        None => MigrateError::Query(source.into()),
    }
}

fn failed(source: refinery::Error) -> MigrateError {
    MigrateError::Migration {
        reason: in_full(&source),
        source: Box::new(source),
    }
}
