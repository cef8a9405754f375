//! Loading stops before the warehouse's disk is full: a server without room cannot even delete.

use sbw_queries::connect::connect;
use tokio::sync::watch;
use tokio_postgres::Client;

use crate::{Etl, EtlError, load::session_options};

/// Of the disk, in percent, what loading may fill. The rest is for refreshes, sorting and WAL.
const MOST_PERCENT: u64 = 85;

/// Fails when the databases have grown to their share of the disk; at once, and then each time that
/// about a chunk more was inserted. Ends with the loading.
pub(crate) async fn watch_disk(
    etl: &Etl,
    mut inserted: watch::Receiver<u64>,
) -> Result<(), EtlError> {
    let Some(disk_bytes) = etl.limits.disk_bytes else {
        return Ok(());
    };
    let client = connect(&etl.warehouse, &session_options()).await?.client;
    check(&client, disk_bytes).await?;
    let mut checked = 0;
    while inserted.changed().await.is_ok() {
        let now = *inserted.borrow_and_update();
        if now - checked >= etl.limits.chunk_rows as u64 {
            checked = now;
            check(&client, disk_bytes).await?;
        }
    }
    Ok(())
}

async fn check(client: &Client, disk_bytes: u64) -> Result<(), EtlError> {
    let row = client
        .query_one(include_str!("../sql/disk_used.sql"), &[])
        .await?;
    let used_bytes = u64::try_from(row.get::<_, i64>("bytes")).unwrap_or(0);
    if used_bytes / 100 >= disk_bytes / 100 * MOST_PERCENT / 100 {
        return Err(EtlError::DiskFull {
            used_bytes,
            disk_bytes,
        });
    }
    Ok(())
}
