//! The parts of the schema that hold nothing of their own: made anew as a whole
//! when their files have changed.

use std::collections::HashMap;

use tokio_postgres::{Client, Transaction};

use super::error::{MigrateError, refused};
use super::files::{self, FUNCTIONS, ROLLUPS, SqlFile};

/// What had to be made anew.
#[derive(Debug, Clone, Copy)]
pub(super) struct Renewed {
    pub(super) functions: bool,
    pub(super) rollups: bool,
}

/// Makes functions and rollups anew if the database has those of other files,
/// then renews owners and grants; all of it or nothing.
pub(super) async fn renew(client: &mut Client) -> Result<Renewed, MigrateError> {
    let transaction = client.transaction().await.map_err(refused)?;
    let found = hashes(&transaction).await?;
    let wanted = [
        ("functions", files::functions_hash()),
        ("rollups", files::rollups_hash()),
    ];
    let differs = |part: &str, hash: &String| found.get(part) != Some(hash);
    let [functions, mut rollups] = wanted.each_ref().map(|(part, hash)| differs(part, hash));
    if !rollups {
        // A restore may leave out what is in the tables.
        rollups = transaction
            .query(include_str!("../../access/functions_hash.sql"), &[])
            .await
            .map_err(refused)?
            .is_empty();
    }
    // The hash of the rollups covers the functions. Both schemas go together,
    // because what is in one may depend on the other.
    if rollups {
        batch(&transaction, include_str!("../../access/empty_parts.sql")).await?;
        for file in in_order() {
            let result = transaction.batch_execute(file.sql).await;
            result.map_err(|source| MigrateError::of_file(file.name, source))?;
        }
        for (part, hash) in &wanted {
            transaction
                .execute(include_str!("../../access/keep_hash.sql"), &[part, hash])
                .await
                .map_err(refused)?;
        }
    }
    batch(&transaction, include_str!("../../access/owner.sql")).await?;
    batch(&transaction, include_str!("../../access/grants.sql")).await?;
    batch(&transaction, include_str!("../../access/server.sql")).await?;
    transaction.commit().await.map_err(refused)?;
    Ok(Renewed { functions, rollups })
}

async fn hashes(transaction: &Transaction<'_>) -> Result<HashMap<String, String>, MigrateError> {
    let rows = transaction
        .query(include_str!("../../access/hashes.sql"), &[])
        .await
        .map_err(refused)?;
    rows.iter()
        .map(|row| Ok((row.try_get("part")?, row.try_get("hash")?)))
        .collect::<Result<_, _>>()
        .map_err(refused)
}

/// The files of both parts by name: definitions come before the rollups that they
/// make, and tables before the functions that read them.
fn in_order() -> Vec<&'static SqlFile> {
    let mut files: Vec<_> = FUNCTIONS.iter().chain(ROLLUPS).collect();
    files.sort_by_key(|file| file.name);
    files
}

async fn batch(transaction: &Transaction<'_>, sql: &str) -> Result<(), MigrateError> {
    transaction.batch_execute(sql).await.map_err(refused)
}
