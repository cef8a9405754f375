//! An object on its way in.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use md5::{Digest, Md5};

use super::store::StoreError;

/// Bytes that are not an object yet. Dropped, they are gone.
#[derive(Debug)]
pub(super) struct Upload {
    place: Place,
    file: Option<File>,
    md5: Md5,
    size: u64,
}

impl Upload {
    /// Nothing is on disk before the first byte is written.
    pub(super) fn at(path: PathBuf) -> Self {
        Self {
            place: Place(path),
            file: None,
            md5: Md5::new(),
            size: 0,
        }
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        let path = &self.place.0;
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(File::create(path).map_err(StoreError::io("write", path))?),
        };
        file.write_all(bytes)
            .map_err(StoreError::io("write", path))?;
        self.md5.update(bytes);
        self.size += bytes.len() as u64;
        Ok(())
    }

    /// All bytes are there.
    pub(super) fn finish(mut self) -> Result<Written, StoreError> {
        self.write(&[])?;
        Ok(Written {
            etag: hex(&self.md5.finalize()),
            size: self.size,
            place: self.place,
        })
    }
}

/// A complete upload.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) size: u64,
    pub(super) etag: String,
    place: Place,
}

impl Written {
    /// Moves it to its final place; when it was last written.
    pub(super) fn move_to(self, path: &Path) -> Result<SystemTime, StoreError> {
        let modified = fs::metadata(&self.place.0).and_then(|meta| meta.modified());
        let modified = modified.map_err(StoreError::io("look at", &self.place.0))?;
        fs::rename(&self.place.0, path).map_err(StoreError::io("write", path))?;
        Ok(modified)
    }
}

#[derive(Debug)]
struct Place(PathBuf);

impl Drop for Place {
    fn drop(&mut self) {
        // Mostly it has moved on; what cannot be removed goes at the next start.
        let _ = fs::remove_file(&self.0);
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut out, byte| {
        // Writing to a string cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}
