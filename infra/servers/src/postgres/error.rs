//! Why there is no server, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

/// Why a server did not start. The texts say what to do next.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No `initdb` and `postgres` on this machine.
    #[error(
        "PostgreSQL is not installed (looked in {}). Run `make setup`, \
         or set SBW_PG_BIN to the directory that holds initdb and postgres",
        listed(.looked)
    )]
    NotFound {
        /// The directories without it.
        looked: Vec<PathBuf>,
    },
    /// No `pgbouncer` on this machine.
    #[error("PgBouncer is not installed. Run `make setup`, or install the package pgbouncer")]
    NoPooler,
    /// No copy of another server could be made.
    #[error("pg_basebackup failed: {said}")]
    Copy {
        /// What it said.
        said: String,
    },
    /// Root has nobody to run the server as.
    #[error(
        "PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody` to run it as"
    )]
    NoAccount,
    /// The port that was asked for is somebody else's.
    #[error("port {port} is taken by another program")]
    PortTaken {
        /// That port.
        port: u16,
    },
    /// The disk is full.
    #[error("the disk that holds {} is full. Free some space, or choose another directory", .path.display())]
    DiskFull {
        /// The directory that could not be written.
        path: PathBuf,
    },
    /// The files belong to another major version.
    #[error(
        "{} was made by PostgreSQL {data}; this machine has {server}. Install PostgreSQL {data}, or choose another data directory",
        .path.display()
    )]
    OtherVersion {
        /// The data directory.
        path: PathBuf,
        /// The major version that made it.
        data: u32,
        /// The major version of the programs that were found.
        server: u32,
    },
    /// Another server runs on these files.
    #[error("{} is in use by another PostgreSQL (process {pid}). Stop it, or choose another data directory", .path.display())]
    InUse {
        /// The data directory.
        path: PathBuf,
        /// The process id of the other server.
        pid: u32,
    },
    /// There is something else in the directory.
    #[error("{} is not empty and holds no PostgreSQL cluster. Choose another data directory", .path.display())]
    NotACluster {
        /// That directory.
        path: PathBuf,
    },
    /// The account that runs the server may not enter the directory.
    #[error(
        "user `{user}`, who runs PostgreSQL for root, may not enter {}. Choose a data directory that others may pass, such as one under /var/lib or /tmp",
        .path.display()
    )]
    Unreachable {
        /// The first directory that is closed.
        path: PathBuf,
        /// The account.
        user: String,
    },
    /// `initdb` failed.
    #[error("initdb failed: {said}")]
    Initdb {
        /// What it said.
        said: String,
    },
    /// The server exited instead of accepting connections.
    #[error("PostgreSQL stopped while starting ({status}): {said}")]
    Exited {
        /// How it exited.
        status: ExitStatus,
        /// The end of its log.
        said: String,
    },
    /// The server runs and does not accept connections.
    #[error("PostgreSQL did not accept connections within {seconds} s: {said}")]
    TimedOut {
        /// How long it was given.
        seconds: u64,
        /// The end of its log.
        said: String,
    },
    /// Its [`KillSwitch`](super::KillSwitch) was pulled.
    #[error("the start of PostgreSQL was interrupted")]
    Killed,
    /// A file or a process could not be made.
    #[error("cannot {what} {}", .path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

impl Error {
    /// For `map_err`: what was tried on which path.
    pub(super) fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull {
                path: path.to_path_buf(),
            },
            _ => Self::Io {
                what,
                path: path.to_path_buf(),
                source,
            },
        }
    }
}

fn listed(paths: &[PathBuf]) -> String {
    let paths: Vec<_> = paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    paths.join(", ")
}
