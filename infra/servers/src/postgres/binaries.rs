//! Where PostgreSQL is installed.

use std::cmp::Reverse;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Error;

/// An installed PostgreSQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Installation {
    /// Holds `initdb` and `postgres`.
    pub(super) bin_dir: PathBuf,
    /// Its major version.
    pub(super) major: u32,
}

/// The installation to use: the first that made the cluster's files if they
/// exist, else simply the first.
pub(super) fn find(data_dir: &Path, made_by: Option<u32>) -> Result<Installation, Error> {
    let looked = candidates();
    let mut found = looked.iter().filter_map(|dir| installed_in(dir)).peekable();
    let Some(first) = found.peek().cloned() else {
        return Err(Error::NotFound { looked });
    };
    let Some(wanted) = made_by else {
        return Ok(first);
    };
    found
        .find(|installation| installation.major == wanted)
        .ok_or_else(|| Error::OtherVersion {
            path: data_dir.to_path_buf(),
            data: wanted,
            server: first.major,
        })
}

/// Directories to look in, best first. `SBW_PG_BIN` decides alone.
fn candidates() -> Vec<PathBuf> {
    if let Some(named) = env::var_os("SBW_PG_BIN").filter(|dir| !dir.is_empty()) {
        return vec![PathBuf::from(named)];
    }
    let mut dirs = Vec::new();
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output()
        && output.status.success()
    {
        dirs.push(PathBuf::from(
            String::from_utf8_lossy(&output.stdout).trim(),
        ));
    }
    dirs.extend(debian_dirs(Path::new("/usr/lib/postgresql")));
    if let Some(path) = env::var_os("PATH") {
        dirs.extend(env::split_paths(&path));
    }
    let mut seen = std::collections::HashSet::new();
    dirs.retain(|dir| seen.insert(dir.clone()));
    dirs
}

/// `<root>/<version>/bin`, newest version first.
fn debian_dirs(root: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(root) else {
        return Vec::new();
    };
    let mut versions: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            Some((path.file_name()?.to_str()?.parse().ok()?, path.join("bin")))
        })
        .collect();
    versions.sort_by_key(|(version, _)| Reverse(*version));
    versions.into_iter().map(|(_, dir)| dir).collect()
}

fn installed_in(dir: &Path) -> Option<Installation> {
    let server = dir.join("postgres");
    if !server.is_file() || !dir.join("initdb").is_file() {
        return None;
    }
    let output = Command::new(server).arg("--version").output().ok()?;
    let major = major_version(&String::from_utf8_lossy(&output.stdout))?;
    Some(Installation {
        bin_dir: dir.to_path_buf(),
        major,
    })
}

/// From `postgres (PostgreSQL) 15.18 (Debian 15.18-1)`; betas are `19beta1`.
fn major_version(said: &str) -> Option<u32> {
    let version = said.split_whitespace().nth(2)?;
    let digits = version
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(version.len());
    version[..digits].parse().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn versions_are_read_as_postgres_says_them() {
        assert_eq!(
            major_version("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"),
            Some(15)
        );
        assert_eq!(major_version("postgres (PostgreSQL) 19beta1\n"), Some(19));
        assert_eq!(major_version("postgres (PostgreSQL) devel\n"), None);
        assert_eq!(major_version(""), None);
    }

    #[test]
    fn the_newest_debian_version_comes_first() {
        let root = tempfile::tempdir().unwrap();
        for name in ["9", "15", "18", "common"] {
            fs::create_dir(root.path().join(name)).unwrap();
        }
        let dirs = debian_dirs(root.path());
        let names: Vec<_> = dirs
            .iter()
            .map(|dir| dir.strip_prefix(root.path()).unwrap())
            .collect();
        assert_eq!(
            names,
            [Path::new("18/bin"), Path::new("15/bin"), Path::new("9/bin")]
        );
        assert_eq!(
            debian_dirs(&root.path().join("none")),
            Vec::<PathBuf>::new()
        );
    }
}
