//! A log that stays out of the way: a file, and only when it is asked for.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use etcetera::BaseStrategy;
use tracing_subscriber::EnvFilter;

/// There can be no log.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LogError {
    /// Nobody's home.
    #[error("there is no home directory to keep the log in; name a file: --log=FILE")]
    NoHome(#[from] etcetera::HomeDirError),
    /// The file.
    #[error("cannot write the log {file}: {source}")]
    File {
        /// Its name.
        file: String,
        /// Why.
        source: io::Error,
    },
}

/// Logs to a file from here on: `RUST_LOG` says what, by default our own words.
/// The file is for its owner only; it names hosts and roles.
pub(crate) fn to_file(file: Option<PathBuf>) -> Result<(), LogError> {
    let file = match file {
        Some(file) => file,
        None => state_file()?,
    };
    let open = || -> io::Result<fs::File> {
        if let Some(folder) = file.parent().filter(|folder| *folder != Path::new("")) {
            fs::create_dir_all(folder)?;
        }
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&file)
    };
    let log = open().map_err(|source| LogError::File {
        file: file.display().to_string(),
        source,
    })?;
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("sbw_tui=debug,sbw_queries=debug"));
    let logging = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(Mutex::new(log))
        .try_init();
    // A program that opened the dashboard and logs already goes on as it was.
    drop(logging);
    Ok(())
}

fn state_file() -> Result<PathBuf, LogError> {
    let folders = etcetera::choose_base_strategy()?;
    let folder = folders.state_dir().unwrap_or_else(|| folders.data_dir());
    Ok(folder.join("sbw-tui").join("sbw-tui.log"))
}
