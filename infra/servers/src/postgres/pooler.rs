//! A `PgBouncer` in front of a server.

use std::fmt::Write as _;
use std::fs;
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::account::Account;
use super::postmaster::Postmaster;
use super::{Error, Postgres};
use crate::ports;

/// What clients of a pooler share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PoolMode {
    /// Nothing: a server's session is theirs until they leave.
    Session,
    /// Sessions, between transactions.
    Transaction,
    /// Sessions, between statements.
    Statement,
}

/// A running pooler; ends on drop.
#[derive(Debug)]
pub struct Pooler {
    // Declared in the order of dropping.
    process: Option<Postmaster>,
    port: u16,
    _files: TempDir,
}

/// Debian keeps it where only root's PATH looks.
const PLACES: [&str; 3] = ["/usr/sbin", "/usr/bin", "/usr/local/bin"];
const START_LIMIT: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(5);

impl PoolMode {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Transaction => "transaction",
            Self::Statement => "statement",
        }
    }
}

impl Postgres {
    /// Starts a pooler in front of this server, on a free port of 127.0.0.1, that
    /// trusts these roles. `settings` are further lines of its configuration.
    pub fn pooler(
        &self,
        mode: PoolMode,
        roles: &[&str],
        settings: &[(&str, &str)],
    ) -> Result<Pooler, Error> {
        let program = PLACES
            .iter()
            .map(|place| Path::new(place).join("pgbouncer"))
            .find(|path| path.is_file())
            .ok_or(Error::NoPooler)?;
        let account = Account::find()?;
        let files = tempfile::Builder::new()
            .prefix("sbw-pgbouncer-")
            .tempdir()
            .map_err(Error::io("make a directory in", &std::env::temp_dir()))?;
        account.owns(files.path())?;
        let write = |name: &str, text: &str| {
            let path = files.path().join(name);
            fs::write(&path, text).map_err(Error::io("write", &path))?;
            account.owns(&path)?;
            Ok::<_, Error>(path)
        };
        let mut users = String::new();
        for role in roles {
            // Writing to a string cannot fail.
            let _ = writeln!(users, "\"{role}\" \"\"");
        }
        let users = write("users.txt", &users)?;
        let port = ports::free();
        let mut text = format!(
            "[databases]\n* = host=127.0.0.1 port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nunix_socket_dir =\nauth_type = trust\nauth_file = {}\n\
             pool_mode = {}\n",
            self.port,
            users.display(),
            mode.as_str()
        );
        for (name, value) in settings {
            let _ = writeln!(text, "{name} = {value}");
        }
        let config = write("pgbouncer.ini", &text)?;
        let process = start(&account, &program, &config)?;
        let pooler = Pooler {
            process: Some(process),
            port,
            _files: files,
        };
        pooler.wait()?;
        Ok(pooler)
    }
}

fn start(account: &Account, program: &Path, config: &PathBuf) -> Result<Postmaster, Error> {
    let mut command = Command::new(program);
    account.runs(&mut command);
    command
        .arg("--quiet")
        .arg(config)
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    Postmaster::spawn(command).map_err(Error::io("run", program))
}

impl Pooler {
    /// Where it listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    fn wait(&self) -> Result<(), Error> {
        let deadline = Instant::now() + START_LIMIT;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            let ended = self
                .process
                .as_ref()
                .and_then(|process| process.ended_within(POLL));
            if let Some(status) = ended {
                let said = "PgBouncer says why in the system's log".to_owned();
                return Err(Error::Exited { status, said });
            }
            if Instant::now() > deadline {
                return Err(Error::TimedOut {
                    seconds: START_LIMIT.as_secs(),
                    said: "PgBouncer does not listen".to_owned(),
                });
            }
        }
        Ok(())
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        if let Some(process) = self.process.take() {
            process.halt(&[]);
        }
    }
}
