//! Raw files lose the events of some people, in every version that the bucket keeps.
//!
//! ```text
//! what the key names now:  forget its rejects' excerpts ─ write it without them, if nobody changed it
//!     meanwhile ─ delete the version before
//! an older version:        delete it, if it has events of theirs
//! ```
//!
//! At every moment what the key names has all events of everybody else. Killed anywhere, a repetition
//! finds the version that was left.

use std::sync::Arc;

use futures::{StreamExt, TryStreamExt, stream};
use tokio::sync::Semaphore;
use tokio_postgres::Client;

use super::{person::People, rewrite::rewrite};
use crate::{
    Etl, EtlError,
    bucket::{After, Bucket, Fault, Version, Written},
    parse::Reason,
};

/// Where raw files are.
const FOLDER: &str = "events/";
/// So often somebody may change an object between reading and writing it.
const MOST_CHANGES: usize = 5;

/// What was done to the raw files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct RawReport {
    /// Versions of objects that were read.
    pub(super) read: u64,
    /// Objects that were written anew.
    pub(super) rewritten: u64,
    /// Events that are not in these any more.
    pub(super) events: u64,
    /// Older versions that were deleted.
    pub(super) versions_deleted: u64,
    /// Versions that could not be read or written; named in the log.
    pub(super) unreachable: u64,
    /// Excerpts of rejects that were emptied.
    pub(super) excerpts: u64,
}

/// Why an object could not be dealt with.
enum Trouble {
    /// It is the object's own.
    Here(String),
    /// It is the warehouse's.
    Everywhere(EtlError),
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self::Here(fault.to_string())
    }
}

impl From<Reason> for Trouble {
    fn from(reason: Reason) -> Self {
        Self::Here(reason.to_string())
    }
}

impl From<tokio_postgres::Error> for Trouble {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Everywhere(error.into())
    }
}

impl RawReport {
    fn and(self, other: Self) -> Self {
        Self {
            read: self.read + other.read,
            rewritten: self.rewritten + other.rewritten,
            events: self.events + other.events,
            versions_deleted: self.versions_deleted + other.versions_deleted,
            unreachable: self.unreachable + other.unreachable,
            excerpts: self.excerpts + other.excerpts,
        }
    }
}

/// Reads every version of every raw file.
pub(super) async fn erase_raw(
    etl: &Etl,
    client: &Client,
    people: &People,
) -> Result<RawReport, EtlError> {
    let eraser = Eraser {
        bucket: etl.bucket(),
        client,
        people,
        budget: Arc::new(Semaphore::new(etl.limits.bytes_in_flight)),
        most_bytes: etl.limits.bytes_in_flight,
    };
    let mut report = RawReport::default();
    let mut next = Some(After::default());
    // The versions of one key belong together, and may go on over the end of a page.
    let mut versions: Vec<Version> = Vec::new();
    while let Some(after) = next {
        let page = eraser.bucket.versions(FOLDER, after).await;
        let (page, more) = page.map_err(|fault| eraser.bucket.failed(fault))?;
        versions.extend(page);
        let complete = match (&more, versions.last()) {
            (Some(_), Some(last)) => versions.partition_point(|v| v.key < last.key),
            _ => versions.len(),
        };
        let rest = versions.split_off(complete);
        let objects = versions.chunk_by(|a, b| a.key == b.key);
        let done = stream::iter(objects.map(|object| eraser.object(object)))
            .buffer_unordered(etl.limits.fetches)
            .try_fold(
                RawReport::default(),
                |sum, one| async move { Ok(sum.and(one)) },
            );
        report = report.and(done.await?);
        versions = rest;
        next = more;
    }
    Ok(report)
}

struct Eraser<'a> {
    bucket: Bucket,
    client: &'a Client,
    people: &'a People,
    budget: Arc<Semaphore>,
    most_bytes: usize,
}

impl Eraser<'_> {
    /// All versions of one object. One that cannot be reached is no reason to stop.
    async fn object(&self, versions: &[Version]) -> Result<RawReport, EtlError> {
        let mut report = RawReport::default();
        let mut deleted = 0;
        for version in versions.iter().filter(|version| !version.is_deletion) {
            let size = usize::try_from(version.size_bytes).unwrap_or(usize::MAX);
            let share = size.clamp(1, self.most_bytes);
            let share = u32::try_from(share).unwrap_or(u32::MAX);
            let _share = self.budget.acquire_many(share).await;
            report.read += 1;
            let done = if version.is_latest {
                self.current(version).await
            } else {
                self.older(version).await
            };
            match done {
                Ok(done) => {
                    deleted += usize::from(!version.is_latest && done.versions_deleted > 0);
                    report = report.and(done);
                }
                Err(Trouble::Here(reason)) => {
                    tracing::error!(key = version.key, reason, "cannot be reached");
                    report.unreachable += 1;
                }
                Err(Trouble::Everywhere(error)) => return Err(error),
            }
        }
        let contents = versions.iter().filter(|version| !version.is_deletion);
        if deleted > 0 && contents.count() == deleted {
            // What says that the object was deleted says it of nothing any more.
            for marker in versions.iter().filter(|version| version.is_deletion) {
                if let Err(Trouble::Here(reason)) = self.forget(marker).await {
                    tracing::warn!(key = marker.key, reason, "an empty deletion mark stays");
                }
            }
        }
        Ok(report)
    }

    /// What the key names now is written anew.
    async fn current(&self, version: &Version) -> Result<RawReport, Trouble> {
        let mut report = RawReport::default();
        let key = &version.key;
        for _ in 0..MOST_CHANGES {
            let Some(content) = self.bucket.content(key, None).await? else {
                return Ok(report);
            };
            if let (Some(read), Some(listed)) = (&content.version, &version.id)
                && read != listed
            {
                // Somebody stored it again meanwhile.
                report = report.and(self.older(version).await?);
            }
            let Some(rewritten) = rewrite(&content.bytes, self.people)? else {
                return Ok(report);
            };
            report.excerpts += self.forget_excerpts(key, &rewritten.places).await?;
            let events = rewritten.places.len() as u64;
            let written = self
                .bucket
                .replace(key, &content, rewritten.bytes.into())
                .await?;
            if let Written::Stored(stored) = written {
                report.rewritten += 1;
                report.events += events;
                if let (Some(_), Some(before)) = (stored, &content.version) {
                    self.bucket.forget(key, before).await?;
                    report.versions_deleted += 1;
                }
                return Ok(report);
            }
        }
        tracing::error!(key, "is stored again and again; it keeps their events");
        report.unreachable += 1;
        Ok(report)
    }

    /// A version that no reader sees.
    async fn older(&self, version: &Version) -> Result<RawReport, Trouble> {
        let mut report = RawReport::default();
        let id = version.id.as_deref();
        let Some(content) = self.bucket.content(&version.key, id).await? else {
            return Ok(report);
        };
        if rewrite(&content.bytes, self.people)?.is_some() {
            self.forget(version).await?;
            report.versions_deleted += 1;
        }
        Ok(report)
    }

    async fn forget(&self, version: &Version) -> Result<(), Trouble> {
        if let Some(id) = &version.id {
            self.bucket.forget(&version.key, id).await?;
        }
        Ok(())
    }

    /// How rejected pieces of theirs begin.
    async fn forget_excerpts(&self, key: &str, places: &[i32]) -> Result<u64, Trouble> {
        let forgotten = self
            .client
            .execute(
                include_str!("../../sql/forget_excerpts.sql"),
                &[&key, &places],
            )
            .await?;
        Ok(forgotten)
    }
}
