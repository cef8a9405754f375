//! The directory that everything of one platform lives in.
//!
//! ```text
//! <home>/lock                 held while the platform runs
//!        pgpass               passwords of the warehouse's roles   (0600)
//!        aws-credentials      keys of the S3 server                (0600)
//!        shop-secret          what seals the shop's cookies        (0600)
//!        simulation.json      how far the simulated shop has come
//!        sbw-local.log  shop.log
//!        sbw-tui              this program as the dashboard's, a link
//!        postgres/  s3/
//! ```

use std::env;
use std::fs::{self, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

const PREFIX: &str = "sbw-local-";
const LOCK: &str = "lock";

/// Why the directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum HomeError {
    /// Another platform runs on it.
    #[error("{} is in use by another sbw-local. Stop that one, or choose another --data-dir", .0.display())]
    InUse(PathBuf),
    /// The disk is full.
    #[error("the disk that holds {} is full. Free some space, or choose another --data-dir", .0.display())]
    DiskFull(PathBuf),
    /// A file could not be read or written.
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

impl HomeError {
    fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::DiskFull(path.to_path_buf())
            }
            _ => Self::Io {
                what,
                path: path.to_path_buf(),
                source,
            },
        }
    }
}

/// The directory, ours as long as this lives. A throwaway one goes with it.
#[derive(Debug)]
pub struct Home {
    path: PathBuf,
    throwaway: Option<TempDir>,
    _lock: File,
}

impl Home {
    /// Takes a directory, made if it is not there; `None`: a throwaway one.
    pub fn open(data_dir: Option<&Path>) -> Result<Self, HomeError> {
        let (path, throwaway) = if let Some(path) = data_dir {
            fs::create_dir_all(path).map_err(HomeError::io("make", path))?;
            (
                fs::canonicalize(path).map_err(HomeError::io("find", path))?,
                None,
            )
        } else {
            let parent = env::temp_dir();
            remove_abandoned(&parent);
            let made = tempfile::Builder::new()
                .prefix(PREFIX)
                // Root's PostgreSQL runs as somebody else, who must get through.
                .permissions(Permissions::from_mode(0o711))
                .tempdir_in(&parent);
            let dir = made.map_err(HomeError::io("make a directory in", &parent))?;
            (dir.path().to_path_buf(), Some(dir))
        };
        let lock = lock(&path, throwaway.is_some())?;
        Ok(Self {
            path,
            throwaway,
            _lock: lock,
        })
    }

    /// The directory itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A path inside.
    #[must_use]
    pub fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Whether it goes with the platform.
    #[must_use]
    pub fn is_throwaway(&self) -> bool {
        self.throwaway.is_some()
    }

    /// Reads a file that may not be there yet.
    pub fn read(&self, name: &str) -> Result<Option<String>, HomeError> {
        let path = self.join(name);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(HomeError::io("read", &path)(error)),
        }
    }

    /// Writes a file that only its owner may read, at once and whole.
    pub fn write_private(&self, name: &str, contents: &str) -> Result<(), HomeError> {
        let (path, part) = (self.join(name), self.join(&format!("{name}.part")));
        let mut options = OpenOptions::new();
        let file = options
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&part);
        let mut file = file.map_err(HomeError::io("write", &part))?;
        file.write_all(contents.as_bytes())
            .map_err(HomeError::io("write", &part))?;
        fs::rename(&part, &path).map_err(HomeError::io("write", &path))
    }

    /// A link to another file, in the place of one that may be there; where it is.
    pub fn link(&self, name: &str, to: &Path) -> Result<PathBuf, HomeError> {
        let path = self.join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(HomeError::io("replace", &path)(error));
            }
            _ => {}
        }
        symlink(to, &path).map_err(HomeError::io("make", &path))?;
        Ok(path)
    }

    /// A file to append to, such as a log.
    pub fn append(&self, name: &str) -> Result<File, HomeError> {
        let path = self.join(name);
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&path);
        file.map_err(HomeError::io("write", &path))
    }
}

/// Takes the lock of a directory. That of a new throwaway one must not be seen
/// before it is held, or somebody who cleans up could take it.
fn lock(home: &Path, is_new: bool) -> Result<File, HomeError> {
    let path = home.join(LOCK);
    let made = if is_new {
        home.join("lock.new")
    } else {
        path.clone()
    };
    let lock = File::create(&made).map_err(HomeError::io("write", &made))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(HomeError::InUse(home.to_path_buf())),
        Err(TryLockError::Error(source)) => return Err(HomeError::io("lock", &made)(source)),
    }
    if is_new {
        fs::rename(&made, &path).map_err(HomeError::io("write", &path))?;
    }
    Ok(lock)
}

/// Removes throwaway directories whose platform was killed: nobody holds their
/// lock. What cannot be looked at or removed belongs to somebody else.
fn remove_abandoned(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else {
        return;
    };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(PREFIX)
            && let Ok(lock) = File::open(entry.path().join(LOCK))
            && lock.try_lock().is_ok()
        {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_home_is_one_platforms_own() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("kept");
        let first = Home::open(Some(&path)).unwrap();
        let second = Home::open(Some(&path));
        assert!(matches!(second, Err(HomeError::InUse(taken)) if taken == path));
        first.write_private("secret", "x").unwrap();
        drop(first);
        let again = Home::open(Some(&path)).unwrap();
        assert_eq!(again.read("secret").unwrap().as_deref(), Some("x"));
        assert_eq!(again.read("nothing").unwrap(), None);
        let mode = fs::metadata(again.join("secret"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_throwaway_home_goes_and_takes_abandoned_ones_along() {
        let parent = tempfile::tempdir().unwrap();
        let abandoned = parent.path().join("sbw-local-killed");
        let held = parent.path().join("sbw-local-running");
        let foreign = parent.path().join("sbw-local-without-lock");
        for dir in [&abandoned, &held, &foreign] {
            fs::create_dir(dir).unwrap();
        }
        File::create(abandoned.join(LOCK)).unwrap();
        let lock = File::create(held.join(LOCK)).unwrap();
        lock.lock().unwrap();
        remove_abandoned(parent.path());
        assert!(!abandoned.exists() && held.exists() && foreign.exists());

        let home = Home::open(None).unwrap();
        let path = home.path.clone();
        assert!(home.is_throwaway() && path.exists());
        drop(home);
        assert!(!path.exists());
    }
}
