//! The record of an erasure, kept in the bucket: a backup from before the erasure restores the
//! person's events, and knows nothing of it. It holds no id, only a salted hash to recognise one by.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tokio_postgres::{Row, Transaction};

use crate::{Etl, EtlError, bucket::Fault};

/// Where these are in the raw bucket.
const FOLDER: &str = "erasures/";

/// A row of `etl.erasures`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Tombstone {
    kind: String,
    /// In hex, as the salt.
    digest: String,
    salt: String,
    erased_at: DateTime<Utc>,
}

impl Tombstone {
    pub(super) fn of(row: &Row) -> Self {
        Self {
            kind: row.get("kind"),
            digest: row.get("digest"),
            salt: row.get("salt"),
            erased_at: row.get("erased_at"),
        }
    }

    /// Keeps it in the bucket.
    pub(super) async fn keep(&self, etl: &Etl) -> Result<(), EtlError> {
        let bucket = etl.bucket();
        let key = format!("{FOLDER}{}-{}.json", self.kind, self.digest);
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        let kept = bucket.keep(&key, Bytes::from(bytes)).await;
        kept.map_err(|fault| bucket.failed(fault))
    }
}

/// Those in the bucket. An object that is none of ours is left alone.
pub(super) async fn kept(etl: &Etl) -> Result<Vec<Tombstone>, EtlError> {
    let bucket = etl.bucket();
    let mut tombstones = Vec::new();
    for key in bucket.keys(FOLDER).await? {
        let content = bucket.content(&key, None).await;
        let content = content.map_err(|fault: Fault| bucket.failed(fault))?;
        match content.map(|content| serde_json::from_slice(&content.bytes)) {
            Some(Ok(tombstone)) => tombstones.push(tombstone),
            Some(Err(error)) => tracing::warn!(key, %error, "not the record of an erasure"),
            None => {}
        }
    }
    Ok(tombstones)
}

/// Enters them in the warehouse.
pub(super) async fn enter(
    transaction: &Transaction<'_>,
    tombstones: &[Tombstone],
) -> Result<(), EtlError> {
    let column = |of: fn(&Tombstone) -> &str| tombstones.iter().map(of).collect::<Vec<_>>();
    let erased_at: Vec<DateTime<Utc>> = tombstones.iter().map(|t| t.erased_at).collect();
    transaction
        .execute(
            include_str!("../../sql/enter_erasures.sql"),
            &[
                &column(|t| &t.kind),
                &column(|t| &t.digest),
                &column(|t| &t.salt),
                &erased_at,
            ],
        )
        .await?;
    Ok(())
}
