//! A server to be.

use std::path::PathBuf;

use secrecy::SecretString;
use tempfile::TempDir;

use super::account::Account;
use super::binaries;
use super::cluster::{Cluster, version_of};
use super::{Error, KillSwitch, Postgres};
use crate::ports;

/// How often another free port is tried when somebody took the last one.
const PORT_TRIES: usize = 20;

/// What a server should be like. Made by [`Postgres::builder`].
#[derive(Debug, Default)]
#[must_use]
pub struct Builder {
    data_dir: Option<PathBuf>,
    port: Option<u16>,
    password: Option<SecretString>,
    settings: Vec<(String, String)>,
    files: Vec<(String, Vec<u8>)>,
    rules: Vec<String>,
    durable: Option<bool>,
    kill_switch: KillSwitch,
    primary: Option<u16>,
}

impl Builder {
    /// Follows a running server as its hot standby. That one must let its
    /// superuser in without a password, for replication too: see [`Self::hba`].
    pub fn standby_of(mut self, primary: &Postgres) -> Self {
        self.primary = Some(primary.port());
        self
    }

    /// Keeps the cluster in this directory, made if it is not there, and makes
    /// commits durable. Without this all is thrown away at the end.
    pub fn data_dir(mut self, path: impl Into<PathBuf>) -> Self {
        self.data_dir = Some(path.into());
        self
    }

    /// Whether commits survive a power cut, which costs speed: kept clusters do
    /// by default, throwaway ones do not.
    pub fn durable(mut self, durable: bool) -> Self {
        self.durable = Some(durable);
        self
    }

    /// Listens on this port of 127.0.0.1; 0 (the default) finds a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = (port != 0).then_some(port);
        self
    }

    /// Gives a new cluster's superuser this password and asks everybody for
    /// theirs (SCRAM). A cluster that exists keeps the passwords it has.
    pub fn password(mut self, password: SecretString) -> Self {
        self.password = Some(password);
        self
    }

    /// A server setting, as in `postgresql.conf`. Visible in the list of
    /// processes: no secrets.
    pub fn setting(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.push((name.into(), value.into()));
        self
    }

    /// A file in the data directory that only the server can read, such as
    /// `server.key`; settings name it without a path.
    pub fn file(mut self, name: impl Into<String>, contents: impl Into<Vec<u8>>) -> Self {
        self.files.push((name.into(), contents.into()));
        self
    }

    /// A line of `pg_hba.conf`. The first call replaces the default rule.
    pub fn hba(mut self, line: impl Into<String>) -> Self {
        self.rules.push(line.into());
        self
    }

    /// Lets somebody else end the server at once, even in mid-start.
    pub fn kill_switch(mut self, kill_switch: KillSwitch) -> Self {
        self.kill_switch = kill_switch;
        self
    }

    /// Makes the cluster if it is new and starts its server; returns when it
    /// accepts connections.
    pub fn start(self) -> Result<Postgres, Error> {
        if let Some(port) = self.port
            && !ports::is_free(port)
        {
            return Err(Error::PortTaken { port });
        }
        let account = Account::find()?;
        let (throwaway, data_dir) = match &self.data_dir {
            Some(path) => (
                None,
                std::path::absolute(path).map_err(Error::io("find", path))?,
            ),
            None => throwaway_dir(&account)?,
        };
        account.reaches(&data_dir)?;
        let installation = binaries::find(&data_dir, version_of(&data_dir)?)?;
        let auth = if self.password.is_some() {
            "scram-sha-256"
        } else {
            "trust"
        };
        let rules = if self.rules.is_empty() {
            vec![format!("host all all 127.0.0.1/32 {auth}")]
        } else {
            self.rules
        };
        let cluster = Cluster {
            bin_dir: installation.bin_dir,
            data_dir,
            account,
            durable: self.durable.unwrap_or(throwaway.is_none()),
            settings: self.settings,
            kill_switch: self.kill_switch,
        };
        match self.primary {
            Some(primary) => cluster.copy(primary)?,
            None => cluster.make_unless_made(self.password.as_ref())?,
        }
        cluster.write_rules(&rules)?;
        for (name, contents) in &self.files {
            cluster.write_file(name, contents)?;
        }
        let (server, port) = match self.port {
            Some(port) => (cluster.start(port)?, port),
            None => on_a_free_port(&cluster)?,
        };
        Ok(Postgres {
            server: Some(server),
            port,
            cluster,
            throwaway,
        })
    }
}

fn throwaway_dir(account: &Account) -> Result<(Option<TempDir>, PathBuf), Error> {
    let dir = tempfile::Builder::new()
        .prefix("sbw-postgres-")
        .tempdir()
        .map_err(Error::io("make a directory in", &std::env::temp_dir()))?;
    account.owns(dir.path())?;
    let data = dir.path().join("data");
    Ok((Some(dir), data))
}

fn on_a_free_port(cluster: &Cluster) -> Result<(super::Postmaster, u16), Error> {
    let mut port = ports::free();
    for _ in 1..PORT_TRIES {
        match cluster.start(port) {
            Err(Error::PortTaken { .. }) => port = ports::free(),
            other => return other.map(|server| (server, port)),
        }
    }
    cluster.start(port).map(|server| (server, port))
}
