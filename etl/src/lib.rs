//! New raw files become warehouse rows, exactly once.
//!
//! In flow the objects under `events/` of a bucket; out flow rows of
//! `public.clickstream_events`, the loader's run log in schema `etl` (ledger,
//! rejects, runs), and a [`RunReport`]. An object is loaded if and only if its
//! ledger row is committed, in the same transaction as its events; everything
//! else here may be killed, repeated or run twice at once.
//!
//! Start reading at [`run`], which strings the stages together:
//!
//! ```text
//! discover ─▶ fetch ─▶ parse ─▶ transform ─▶ load ─▶ refresh ─▶ report
//! ```
//!
//! | module | idea |
//! |---|---|
//! | [`discover`] | lists the bucket in parallel, keeps what the ledger does not know |
//! | [`fetch`] | reads objects, many at once, within a budget of bytes |
//! | [`parse`] | bytes to events, without trees |
//! | [`rules`] | what one value means |
//! | [`context`] | what an event says besides its columns |
//! | [`transform`] | columns: clean, cast, dedupe, split good from bad |
//! | [`load`] | one transaction for each chunk: copy, claim, insert, count; what cannot be loaded is halved until it is alone |
//! | [`run_log`] | runs, and what the ledger says |
//! | [`refresh`] | brings the rollups up to date with the events |
//! | [`removal`] | takes events out: excludes whose count for nothing, erases people |
//! | [`verify`] | do run log, rollups and events agree? |
//! | [`reconcile`] | do the orders of shop and warehouse agree? |

pub mod bucket;
pub mod context;
pub mod discover;
pub mod fetch;
pub mod load;
pub mod parse;
pub mod rules;
pub mod run_log;
pub mod transform;

pub mod reconcile;
pub mod refresh;
pub mod rejects;
pub mod removal;
pub mod verify;

pub mod cli;
pub mod lambda;
pub mod telemetry;

mod counts;
mod deadline;
mod disk;
mod error;
mod fill_context;
mod payload;
mod plan;
mod progress;
mod reads;
mod report;
mod retry;
mod run;
mod scope;
pub mod settings;
mod waiting;

use std::time::Duration;

pub use deadline::Deadline;
pub use error::EtlError;
pub use fill_context::{ContextReport, fill_context};
pub use payload::{Payload, PayloadError};
pub use plan::plan;
pub use progress::Progress;
pub use report::RunReport;
pub use run::{RunRequest, Trigger, run};
pub use scope::{Scope, ScopeError, day};

/// A raw bucket and the warehouse that it is loaded into.
#[derive(Debug, Clone)]
pub struct Etl {
    /// Reads the bucket.
    pub s3: aws_sdk_s3::Client,
    /// The raw bucket.
    pub bucket: String,
    /// The warehouse, as a role that may load.
    pub warehouse: sbw_queries::connect::Target,
    /// How much is held and done at once.
    pub limits: Limits,
}

impl Etl {
    /// With the usual limits.
    pub fn new(
        s3: aws_sdk_s3::Client,
        bucket: impl Into<String>,
        warehouse: sbw_queries::connect::Target,
    ) -> Self {
        Self {
            s3,
            bucket: bucket.into(),
            warehouse,
            limits: Limits::default(),
        }
    }

    fn bucket(&self) -> bucket::Bucket {
        bucket::Bucket::new(
            &self.s3,
            &self.bucket,
            self.limits.answer_within,
            self.limits.tries,
        )
    }
}

/// How much is held and done at once. The defaults stay far under 300 MB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Objects fetched at once.
    pub fetches: usize,
    /// Listings at once.
    pub listings: usize,
    /// Bytes of objects in flight: being fetched, or waiting to be parsed.
    pub bytes_in_flight: usize,
    /// Rows of a chunk, about: an object is never split over chunks.
    pub chunk_rows: usize,
    /// Objects of a chunk.
    pub chunk_objects: usize,
    /// Bytes of text of a chunk, about.
    pub chunk_bytes: usize,
    /// An object with more text than this is a chunk by itself, loaded in parts
    /// within one transaction.
    pub large_object_bytes: usize,
    /// How long the warehouse may take for a statement of a chunk before the
    /// chunk is halved.
    pub chunk_within: Duration,
    /// Rows after which a long run refreshes the rollups while it loads on.
    pub refresh_rows: u64,
    /// Events that a run loads before it limits single networks.
    pub free_events: u64,
    /// Further events that a run loads from one network (/24 or /48); the rest waits until all
    /// others are loaded.
    pub network_events: u64,
    /// What the databases of the warehouse's server may grow to; none: as large as they like. Loading
    /// stops at 85 % of it.
    pub disk_bytes: Option<u64>,
    /// How long the storage may take to begin an answer.
    pub answer_within: Duration,
    /// How often the storage is asked for the same thing.
    pub tries: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            fetches: 32,
            listings: 8,
            bytes_in_flight: 48 * 1024 * 1024,
            chunk_rows: 50_000,
            chunk_objects: 4_000,
            chunk_bytes: 16 * 1024 * 1024,
            large_object_bytes: 2 * 1024 * 1024,
            chunk_within: Duration::from_secs(30),
            refresh_rows: 500_000,
            free_events: 1_000_000,
            network_events: 100_000,
            disk_bytes: None,
            answer_within: Duration::from_secs(10),
            tries: 5,
        }
    }
}
