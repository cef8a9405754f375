//! Why a run, or a command, failed.

use sbw_queries::{QueryError, connect::ConnectError, migrate::MigrateError};

/// What stopped the loader. The text is for an operator and says what to do.
#[derive(Debug, thiserror::Error)]
pub enum EtlError {
    /// No connection to the warehouse.
    #[error(transparent)]
    Connect(#[from] Box<ConnectError>),
    /// The warehouse lacks the loader's tables.
    #[error("the warehouse has no tables of the loader; run `sbw-etl migrate` first")]
    NotMigrated(#[source] tokio_postgres::Error),
    /// The role may not do what the loader does.
    #[error(
        "the role lacks a right ({reason}); connect as sbw_loader, or run `sbw-etl migrate` to renew its grants"
    )]
    NotAllowed {
        /// The server's words.
        reason: String,
        /// The error.
        source: tokio_postgres::Error,
    },
    /// Taking events out is for operators.
    #[error(
        "this role may not take events out of the warehouse; connect as the one that runs `sbw-etl migrate`, such as DWH_USER=postgres"
    )]
    NotOperator,
    /// The warehouse refused, or was lost for longer than the run waits.
    #[error("the warehouse failed: {reason}")]
    Warehouse {
        /// The server's words.
        reason: String,
        /// The error.
        source: tokio_postgres::Error,
    },
    /// The warehouse's disk is nearly full.
    #[error(
        "the databases and their WAL take {:.1} of the {:.1} GiB that DWH_DISK_BYTES gives them, and loading stops at 85 % of it, before the disk is full; what was loaded stays, and the next run goes on once there is room: enlarge the volume and DWH_DISK_BYTES, or delete old events",
        gib(*used_bytes), gib(*disk_bytes)
    )]
    DiskFull {
        /// What they take.
        used_bytes: u64,
        /// What they may.
        disk_bytes: u64,
    },
    /// The bucket cannot be read at all.
    #[error("cannot read s3://{bucket}: {reason}")]
    Bucket {
        /// The bucket.
        bucket: String,
        /// What the storage said, and what to do.
        reason: String,
        /// The error.
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// The schema could not be brought up to date.
    #[error(transparent)]
    Migrate(#[from] Box<MigrateError>),
    /// The state of the warehouse could not be asked for.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// A setting is missing or wrong.
    #[error(transparent)]
    Settings(#[from] crate::settings::SettingsError),
    /// The worker thread ended in a panic.
    #[error(
        "the loader has a fault: a stage ended early; nothing half-loaded was kept, the next run takes it up"
    )]
    StageEnded,
}

impl EtlError {
    /// Whether there is no connection, rather than a failure after one.
    #[must_use]
    pub const fn is_connection(&self) -> bool {
        matches!(self, Self::Connect(_))
    }
}

impl From<ConnectError> for EtlError {
    fn from(error: ConnectError) -> Self {
        Self::Connect(Box::new(error))
    }
}

impl From<MigrateError> for EtlError {
    fn from(error: MigrateError) -> Self {
        Self::Migrate(Box::new(error))
    }
}

impl From<tokio_postgres::Error> for EtlError {
    fn from(error: tokio_postgres::Error) -> Self {
        use tokio_postgres::error::SqlState;
        let reason = in_full(&error);
        match error.code() {
            Some(code)
                if *code == SqlState::UNDEFINED_TABLE || *code == SqlState::INVALID_SCHEMA_NAME =>
            {
                Self::NotMigrated(error)
            }
            Some(code) if *code == SqlState::INSUFFICIENT_PRIVILEGE => Self::NotAllowed {
                reason,
                source: error,
            },
            _ => Self::Warehouse {
                reason,
                source: error,
            },
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown to one decimal")]
fn gib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 30)
}

/// An error with its causes, on one line.
pub(crate) fn in_full(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(under) = cause {
        let words = under.to_string();
        if !text.contains(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        cause = under.source();
    }
    text
}
