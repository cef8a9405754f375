//! Certificates as `openssl` makes them.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A folder of them.
pub(crate) struct Certificates(TempDir);

impl Certificates {
    pub(crate) fn make() -> Self {
        let folder = TempDir::new().unwrap();
        let made = Command::new("sh")
            .args(["-c", include_str!("certificates.sh")])
            .current_dir(folder.path())
            .env("FAKETIME_LIBRARY", faketime())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&made.stderr);
        assert!(made.status.success(), "{said}");
        Self(folder)
    }

    pub(crate) fn folder(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.path().join(name)).unwrap()
    }
}

/// The library that shows a program another time.
pub(crate) fn faketime() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib").unwrap();
    let mut found = folders
        .map(|folder| folder.unwrap().path().join("faketime/libfaketime.so.1"))
        .filter(|library| library.exists());
    found
        .next()
        .expect("libfaketime is not installed; run infra/setup/setup.sh test")
}
