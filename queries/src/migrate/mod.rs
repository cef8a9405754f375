//! Brings a database to the schema that this program knows. An operator's
//! command; no dashboard runs it.
//!
//! The schema lives in three folders of `schema/`:
//!
//! | folder | holds | changes |
//! |---|---|---|
//! | `migrations` | what nobody can make again: events, their context, the run log | by another migration |
//! | `functions` | the definitions, schema `metrics` | made anew when the files' hash differs |
//! | `rollups` | what is kept for fast answers, schema `rollups` | made anew, empty, when the hash of these files or of the functions differs |
//!
//! Everything that could be refused is refused before anything changes: the
//! server's version, a `clickstream_events` of another shape, missing rights, a
//! schema newer than this program. Then roles, schemas and migrations; then, in
//! one transaction, functions, rollups, owners and grants. Each is such that a
//! second time changes nothing.

mod error;
mod files;
mod lock;
mod parts;
mod preflight;
mod report;
mod shape;

use refinery::{Migration, Runner};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, IsolationLevel};

use crate::schema::schema_version;
use error::{failed, refused};

pub use error::MigrateError;
pub(crate) use files::functions_hash;
pub use preflight::check_session;
pub use report::MigrationReport;
pub use shape::Difference;

/// The newest migration this program knows.
pub const CURRENT_VERSION: i32 = 20_261_205;

const HISTORY: &str = "etl.schema_history";

/// Brings the database to this program's schema. Two operators at once wait for each other.
pub async fn migrate(client: &mut Client) -> Result<MigrationReport, MigrateError> {
    batch(client, include_str!("../../access/begin_session.sql")).await?;
    lock::take(client).await?;
    let result = Box::pin(migrate_alone(client)).await;
    let unlocked = batch(client, include_str!("../../access/unlock.sql")).await;
    let reset = batch(client, include_str!("../../access/reset_path.sql")).await;
    let report = result?;
    unlocked.and(reset)?;
    Ok(report)
}

async fn batch(client: &Client, sql: &str) -> Result<(), MigrateError> {
    client.batch_execute(sql).await.map_err(refused)
}

async fn migrate_alone(client: &mut Client) -> Result<MigrationReport, MigrateError> {
    let found = preflight::check(client).await?;
    let before = schema_version(client).await?;
    if let Some(found) = before.filter(|version| *version > CURRENT_VERSION) {
        return Err(MigrateError::Newer { found });
    }
    roles(client).await?;
    let schemas = client.transaction().await.map_err(refused)?;
    schemas
        .batch_execute(include_str!("../../access/schemas.sql"))
        .await
        .map_err(refused)?;
    schemas
        .batch_execute(include_str!("../../access/long_texts.sql"))
        .await
        .map_err(refused)?;
    schemas.commit().await.map_err(refused)?;

    let report = runner()?.run_async(client).await.map_err(failed)?;
    let applied = report
        .applied_migrations()
        .iter()
        .map(ToString::to_string)
        .collect();
    let renewed = parts::renew(client).await?;
    let unlogged_days = if renewed.rollups {
        0 // Everything is to be refreshed.
    } else {
        find_unlogged(client).await?
    };
    let taken_over = match before {
        None if found.has_events => Some(baseline(client).await?),
        _ => None,
    };
    Ok(MigrationReport {
        before,
        now: CURRENT_VERSION,
        applied,
        functions_renewed: renewed.functions,
        rollups_renewed: renewed.rollups,
        unlogged_days,
        taken_over,
        readers_may: left_open(client).await?,
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

/// Days whose events are not those that the rollups counted; they are refreshed next.
async fn find_unlogged(client: &mut Client) -> Result<i64, MigrateError> {
    let transaction = client
        .build_transaction()
        .isolation_level(IsolationLevel::RepeatableRead)
        .start()
        .await
        .map_err(refused)?;
    transaction
        .batch_execute(include_str!("../../access/take_turn.sql"))
        .await
        .map_err(refused)?;
    let row = transaction
        .query_one(include_str!("../../access/find_unlogged.sql"), &[])
        .await
        .map_err(refused)?;
    transaction.commit().await.map_err(refused)?;
    row.try_get("days").map_err(refused)
}

/// What readers may still do, because closing it takes more rights than this operator has.
async fn left_open(client: &Client) -> Result<Vec<String>, MigrateError> {
    let rows = client
        .query(include_str!("../../access/left_open.sql"), &[])
        .await
        .map_err(refused)?;
    let words = rows.iter().map(|row| row.try_get("words"));
    words.collect::<Result<_, _>>().map_err(refused)
}

async fn baseline(client: &Client) -> Result<i64, MigrateError> {
    let row = client
        .query_one(include_str!("../../access/baseline.sql"), &[])
        .await
        .map_err(refused)?;
    row.try_get("events").map_err(refused)
}

fn runner() -> Result<Runner, MigrateError> {
    let migrations = files::MIGRATIONS
        .iter()
        .map(|file| Migration::unapplied(file.name, file.sql))
        .collect::<Result<Vec<_>, _>>()
        .map_err(failed)?;
    // One transaction for all: a database is never left between two versions.
    // Migrations that are missing here are those of versions 1 to 16, which made
    // room for these.
    let mut runner = Runner::new(&migrations)
        .set_grouped(true)
        .set_abort_missing(false)
        .set_abort_divergent(false);
    runner.set_migration_table_name(HISTORY);
    Ok(runner)
}
