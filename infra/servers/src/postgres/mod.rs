//! A private PostgreSQL on loopback.
//!
//! ```no_run
//! use sbw_servers::postgres::Postgres;
//!
//! let server = Postgres::start()?; // throwaway: gone with the handle
//! println!("{}", server.url("postgres", "postgres"));
//! # Ok::<(), sbw_servers::postgres::Error>(())
//! ```
//!
//! Everything here blocks (a start takes about half a second): from async code
//! go through `spawn_blocking`.
//!
//! PostgreSQL refuses to run as root, so root's servers run as `postgres` or
//! `nobody`. On Linux a server also dies with the process that started it,
//! however that process dies.

mod account;
mod binaries;
mod builder;
mod cluster;
mod error;
mod kill_switch;
mod pooler;
mod postmaster;

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use rustix::process::Signal;
use tempfile::TempDir;

pub use builder::Builder;
pub use error::Error;
pub use kill_switch::KillSwitch;
pub use pooler::{PoolMode, Pooler};

use cluster::Cluster;
use postmaster::Postmaster;

/// The superuser of every cluster.
pub const SUPERUSER: &str = "postgres";

/// How long leaving without a checkpoint may take on a busy disk. Whoever is killed
/// instead leaves shared memory behind.
const PATIENCE: Duration = Duration::from_mins(1);

/// A cluster and, while it runs, its server. Stops on drop.
#[derive(Debug)]
pub struct Postgres {
    // Declared in the order of dropping: the server before its files.
    server: Option<Postmaster>,
    port: u16,
    cluster: Cluster,
    throwaway: Option<TempDir>,
}

impl Postgres {
    /// A throwaway server on a free port of 127.0.0.1 that trusts every
    /// connection: for tests. Its commits survive [`Self::kill9`], not a power cut.
    pub fn start() -> Result<Self, Error> {
        Self::builder().start()
    }

    /// A server to be described first: kept files, a fixed port, a password.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The port it listens on, the same after every restart.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where it is, as a connection string without a password.
    #[must_use]
    pub fn url(&self, user: &str, database: &str) -> String {
        let (user, database) = (percent_encoded(user), percent_encoded(database));
        format!("postgres://{user}@127.0.0.1:{}/{database}", self.port)
    }

    /// The directory of the cluster.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        &self.cluster.data_dir
    }

    /// Where its programs are: `initdb`, `postgres`, mostly `psql` too.
    #[must_use]
    pub fn bin_dir(&self) -> &Path {
        &self.cluster.bin_dir
    }

    /// What the server said, from its first start on.
    #[must_use]
    pub fn log_file(&self) -> PathBuf {
        self.cluster.log_file()
    }

    /// The process id of the server while it runs.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.server
            .as_ref()
            .filter(|server| server.is_running())
            .map(Postmaster::pid)
    }

    /// A `psql` for this database, quiet and without the user's `.psqlrc`.
    #[must_use]
    pub fn psql(&self, user: &str, database: &str) -> Command {
        let beside = self.cluster.bin_dir.join("psql");
        let program = if beside.exists() {
            beside
        } else {
            PathBuf::from("psql")
        };
        let mut command = Command::new(program);
        command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]);
        command.args(["-h", "127.0.0.1", "-p", &self.port.to_string()]);
        command.args(["-U", user, "-d", database]);
        command
    }

    /// Stops it in order: clients are cut off, what is committed is on disk.
    /// The files stay; [`Self::start_again`] brings it back.
    ///
    /// Whether it left by itself. One that was killed, now or before, leaves shared
    /// memory behind, which only its next start removes.
    pub fn stop(&mut self) -> bool {
        self.halt(&[
            (Signal::INT, Duration::from_secs(30)),
            (Signal::QUIT, PATIENCE),
        ])
    }

    /// Every server process exits at once, without a checkpoint: the next
    /// start goes through recovery, as after a power cut that spared the disk.
    pub fn crash(&mut self) {
        self.halt(&[(Signal::QUIT, PATIENCE)]);
    }

    /// `kill -9` of the server's first process; the others notice and exit on
    /// their own a moment later.
    pub fn kill9(&mut self) {
        self.halt(&[]);
    }

    /// Starts it after [`Self::stop`], [`Self::crash`] or [`Self::kill9`], on the
    /// same port. Does nothing while it runs.
    pub fn start_again(&mut self) -> Result<(), Error> {
        if self.pid().is_none() {
            self.server = Some(self.cluster.start(self.port)?);
        }
        Ok(())
    }

    /// [`Self::stop`], then [`Self::start_again`].
    pub fn restart(&mut self) -> Result<(), Error> {
        self.stop();
        self.start_again()
    }

    /// Whether it left by itself.
    fn halt(&mut self, steps: &[(Signal, Duration)]) -> bool {
        self.server.take().is_none_or(|server| {
            let ended = server.halt(steps);
            ended.is_some_and(|status| status.signal().is_none())
        })
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if self.throwaway.is_some() {
            self.crash();
        } else {
            self.stop();
        }
    }
}

fn percent_encoded(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}
