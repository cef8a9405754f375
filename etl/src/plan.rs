//! What a run would load, without loading it.

use std::sync::Arc;

use chrono::Utc;

use crate::{
    Deadline, Etl, EtlError, Scope,
    discover::{self, Range},
    run_log::RunLog,
    transform::RawObject,
};

/// Lists the objects of a scope that are not loaded, page by page, and hands
/// each page on. Writes nothing. How many objects were listed in all.
pub async fn plan(
    etl: &Etl,
    scope: &Scope,
    mut would_load: impl FnMut(Vec<RawObject>),
) -> Result<u64, EtlError> {
    let run_log = Arc::new(RunLog::open(&etl.warehouse, Deadline::NONE).await?);
    let now = Utc::now();
    let range = Range::of(scope, run_log.last_complete(scope).await?, now);
    let (found, mut pages) = tokio::sync::mpsc::channel(4);
    let bucket = etl.bucket();
    let listing = async {
        discover::discover(&bucket, range, now, etl.limits.listings, |objects| {
            let found = found.clone();
            async move { found.send(objects).await.is_ok() }
        })
        .await?;
        drop(found);
        Ok::<_, EtlError>(())
    };
    let checking = async {
        let mut listed = 0;
        while let Some(objects) = pages.recv().await {
            listed += objects.len() as u64;
            let new = run_log.find_new(objects, true).await?;
            if !new.is_empty() {
                would_load(new);
            }
        }
        Ok(listed)
    };
    let ((), listed) = tokio::try_join!(listing, checking)?;
    Ok(listed)
}
