//! Reads objects again of which something was rejected: after a fix of the
//! loader, or of the object.

use std::sync::Arc;

use tokio::sync::mpsc;

use sbw_queries::connect::connect;

use crate::{
    Etl, EtlError, Progress, RunReport, RunRequest,
    bucket::Bucket,
    counts::Counts,
    load::{Claim, session_options},
    run::run_logged,
    run_log::from_row,
    transform::RawObject,
};

/// Objects asked for at once.
const PAGE: i64 = 1_000;

/// Loads what is good now of the named objects, or of all that have rejects.
/// Their old rejects give way to what is still wrong; an object that cannot be
/// read keeps them. Events that were loaded before stay as they are.
pub async fn retry(
    etl: &Etl,
    request: &RunRequest,
    keys: Option<&[String]>,
    progress: &dyn Progress,
) -> Result<RunReport, EtlError> {
    let find = |_: Bucket, _, counts: Arc<Counts>, found| find_rejected(etl, keys, counts, found);
    Box::pin(run_logged(
        etl,
        request,
        "rejects",
        Claim::Again,
        find,
        progress,
    ))
    .await
}

async fn find_rejected(
    etl: &Etl,
    keys: Option<&[String]>,
    counts: Arc<Counts>,
    found: mpsc::Sender<Vec<RawObject>>,
) -> Result<(), EtlError> {
    let client = connect(&etl.warehouse, &session_options()).await?.client;
    let mut after = String::new();
    loop {
        // In key order and never back: what is still bad is not met again.
        let rows = client
            .query(
                include_str!("../sql/objects_with_rejects.sql"),
                &[&keys, &after, &PAGE],
            )
            .await?;
        let objects: Vec<RawObject> = rows.iter().map(from_row).collect();
        let Some(last) = objects.last() else {
            return Ok(());
        };
        after.clone_from(&last.key);
        counts.update(|report| {
            report.listed += objects.len() as u64;
            report.new_objects += objects.len() as u64;
        });
        if found.send(objects).await.is_err() {
            return Ok(());
        }
    }
}
